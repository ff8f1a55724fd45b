package webhook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
)

// Bounds of a batch.
const (
	maxEvents = 100
	maxBody   = 512 << 10
)

// event is a CloudEvent 1.0 in its JSON form with two extension attributes of
// ours. It has no time: the feed does not keep when a change was committed.
type event struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject,omitempty"`
	ContentType string          `json:"datacontenttype"`
	Sequence    string          `json:"sequence,omitempty"` // dense from 1 within a run; decimal
	Run         int64           `json:"run,omitempty"`
	Data        json.RawMessage `json:"data"`
}

// batch is events that go out together.
type batch struct {
	events   [][]byte
	bytes    int
	position int64 // of the feed, dealt with once the batch is acknowledged
}

func (b *batch) body() []byte {
	out := make([]byte, 0, b.bytes+2)
	out = append(out, '[')
	out = append(out, bytes.Join(b.events, []byte(","))...)
	return append(out, ']')
}

// add encodes a fact as the next event of a subscription.
func (b *batch) add(name string, sub subscription, id string, f *changefeed.Fact) error {
	m, err := changefeed.ProtoOf(f)
	if err != nil {
		return err
	}
	raw, err := protojson.Marshal(m)
	if err != nil {
		return fmt.Errorf("webhook: a fact of kind %d cannot be written", f.Kind)
	}
	var data bytes.Buffer
	if err := json.Compact(&data, raw); err != nil { // protojson varies its white space
		return err
	}
	kind := strings.ToLower(strings.TrimPrefix(feedv1.FactKind(f.Kind).String(), "FACT_KIND_"))
	one, err := json.Marshal(event{
		SpecVersion: "1.0", ID: id, Source: "/xinju/" + name, Type: "dev.xinju.fact." + kind, Subject: f.ResidentID, ContentType: "application/json",
		Sequence: strconv.FormatInt(sub.sequence+int64(len(b.events))+1, 10), Run: sub.run, Data: data.Bytes(),
	})
	if err != nil {
		return err
	}
	b.events = append(b.events, one)
	b.bytes += len(one) + 1
	return nil
}

// fill makes a batch of what a subscription has coming. Facts of residents who
// entered its division come first: the changes that follow build upon them.
func fill(name string, sub subscription, s changefeed.Selection) (*batch, error) {
	b := &batch{position: s.Position}
	for i := range s.Entered {
		f := &s.Entered[i]
		id := fmt.Sprintf("%s/%d/%d/%s/%d", s.Head.Epoch, s.Position, f.Kind, f.ID, f.Version)
		if err := b.add(name, sub, id, f); err != nil {
			return nil, err
		}
	}
	for i := range s.Changes {
		c := &s.Changes[i]
		if i > 0 && (len(b.events) >= maxEvents || b.bytes >= maxBody) {
			b.position = c.Position - 1
			return b, nil
		}
		if err := b.add(name, sub, s.Head.Epoch+"/"+strconv.FormatInt(c.Position, 10), &c.Fact); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// ping is the body of a test.
func ping(name, id string) ([]byte, error) {
	one, err := json.Marshal(event{
		SpecVersion: "1.0", ID: id, Source: "/xinju/" + name, Type: "dev.xinju.ping", ContentType: "application/json", Data: json.RawMessage("{}"),
	})
	return append(append([]byte("["), one...), ']'), err
}
