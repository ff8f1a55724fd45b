package registry_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// follower keeps what a reader of one division has: the newest version of each
// fact that it was given.
type follower struct {
	facts map[string]*feedv1.Fact
	token string
	at    int64
}

func (f *follower) put(fact *feedv1.Fact) {
	key := fact.GetKind().String() + "/" + fact.GetFactId()
	if f.facts[key].GetVersion() <= fact.GetVersion() {
		f.facts[key] = fact
	}
}

// read goes on to the head and checks that no position is left untold.
func (f *follower) read(t *testing.T, d *desk) {
	t.Helper()
	for {
		resp, err := d.feed.ReadChanges(t.Context(), &feedv1.ReadChangesRequest{Division: westTown, ResumeToken: f.token, Limit: 3})
		if err != nil {
			t.Fatal(err)
		}
		told := map[int64]bool{}
		for _, s := range resp.GetSkipped() {
			for p := s.GetFirst(); p <= s.GetLast(); p++ {
				told[p] = true
			}
		}
		for _, e := range resp.GetEntered() {
			f.put(e)
		}
		for _, c := range resp.GetChanges() {
			told[c.GetPosition()] = true
			f.put(c.GetFact())
		}
		for p := f.at + 1; p <= resp.GetPosition(); p++ {
			if !told[p] {
				t.Fatalf("nothing says what became of position %d", p)
			}
		}
		f.at, f.token = resp.GetPosition(), resp.GetResumeToken()
		if f.at == resp.GetHead() {
			return
		}
	}
}

// about returns the live facts about residents, without their bodies.
func (f *follower) about() (out []string) {
	for key, fact := range f.facts {
		if !fact.GetDeleted() && fact.GetResidentId() != "" {
			out = append(out, key[len("FACT_KIND_"):]+" "+fact.GetResidence().GetDivision())
		}
	}
	slices.Sort(out)
	return out
}

func (d *desk) record(t *testing.T, id string, e *registryv1.ResidenceEvent) {
	t.Helper()
	e.EventId = id
	out, err := d.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga-990101", Events: []*registryv1.ResidenceEvent{e}})
	if err != nil || out.GetOutcomes()[0].GetReason() != "" {
		t.Fatalf("%s: %v, %v", id, out, err)
	}
}

func TestAReaderOfOneDivisionHasWhatConcernsItHoweverThePersonCame(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		f := &follower{facts: map[string]*feedv1.Fact{}}
		d.record(t, "1", &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day("2026-01-10"), Document: citizen(woman), Name: "王小红", Division: village})
		d.record(t, "2", &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day("2026-01-11"), Document: citizen(man), Name: "李大海", Division: village})
		f.read(t, d)
		if got := f.about(); len(got) != 0 {
			t.Errorf("before anybody came west: %v", got)
		}
		d.record(t, "3", &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_MOVE, EffectiveDate: day("2026-03-01"), Document: citizen(woman), Division: west})
		f.read(t, d)
		who := d.lookup(t, woman)
		if f.facts["FACT_KIND_PERSON/"+who] == nil {
			t.Error("the person of who came west, known long before, was not given")
		}
		stays := 0
		for _, fact := range f.facts {
			if fact.GetResidence() != nil {
				stays++
				if fact.GetResidentId() != who {
					t.Error("a stay of somebody else")
				}
			}
		}
		if stays == 0 {
			t.Error("no stay was given")
		}
		// The move was an error: the reader, who has the stay, must hear that it is none.
		d.record(t, "4", &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_VOID, EffectiveDate: day("2026-06-01"), ReplacesEventId: "3"})
		f.read(t, d)
		for key, fact := range f.facts {
			if fact.GetResidence().GetDivision() == west && !fact.GetDeleted() {
				t.Errorf("%s still stands", key)
			}
		}
		// What concerns nobody in the west is told and not given.
		before := len(f.facts)
		d.record(t, "5", &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_MOVE, EffectiveDate: day("2026-03-02"), Document: citizen(man), Division: village, Address: "新路1号"})
		f.read(t, d)
		for _, fact := range f.facts {
			if fact.GetResidentId() == d.lookup(t, man) {
				t.Error("somebody who never lived in the west was given")
			}
		}
		// A stay that was said to be in the west and is corrected to the east is heard of.
		d.record(t, "6", &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_MOVE, EffectiveDate: day("2026-03-03"), Document: citizen(man), Division: west})
		f.read(t, d)
		inWest := func() (n int) {
			for _, fact := range f.facts {
				if fact.GetResidence().GetDivision() == west && !fact.GetDeleted() {
					n++
				}
			}
			return n
		}
		if inWest() != 1 {
			t.Errorf("%d stays in the west, want his", inWest())
		}
		d.record(t, "7", &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_CORRECT, EffectiveDate: day("2026-03-03"), ReplacesEventId: "6", Division: village})
		f.read(t, d)
		if inWest() != 0 {
			t.Error("the reader keeps a stay in the west that was corrected to the east")
		}
		if f.at != d.head(t) || len(f.facts) < before {
			t.Errorf("the reader is at %d", f.at)
		}
	})
}

func (d *desk) lookup(t *testing.T, number string) string {
	t.Helper()
	resp, err := d.LookupResidents(t.Context(), &registryv1.LookupResidentsRequest{Documents: []*registryv1.Document{citizen(number)}})
	if err != nil {
		t.Fatal(err)
	}
	return resp.GetResults()[0].GetResidentId()
}

func TestChangesOfADivisionAreDeliveredWhileTheServiceRuns(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		bodies := make(chan []byte, 100)
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err == nil {
				bodies <- body
			}
		}))
		defer receiver.Close()
		if _, err := d.hooks.CreateSubscription(t.Context(), &feedv1.CreateSubscriptionRequest{Subscription: &feedv1.Subscription{
			Url: receiver.URL, Division: westTown, Kinds: []feedv1.FactKind{feedv1.FactKind_FACT_KIND_PERSON},
		}}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.hooks.CreateSubscription(t.Context(), &feedv1.CreateSubscriptionRequest{Subscription: &feedv1.Subscription{Url: receiver.URL, Division: "990199000000"}}); reason(err) != "DIVISION_NOT_FOUND" {
			t.Errorf("a division that does not exist: %v", err)
		}
		ctx, stop := context.WithCancel(context.Background())
		ended, ready := make(chan error, 1), make(chan struct{})
		go func() { ended <- d.svc.Run(ctx, func() { close(ready) }) }()
		<-ready
		d.record(t, "1", &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day("2026-01-11"), Document: citizen(man), Name: "李大海", Division: village})
		d.record(t, "2", &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day("2026-01-10"), Document: citizen(woman), Name: "王小红", Division: west})
		who, sequence := d.lookup(t, woman), 0
		for range 2 { // once because she entered, once because it changed; in one request or two
			var events []struct{ Type, Subject, Sequence string }
			body := <-bodies
			if err := json.Unmarshal(body, &events); err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				sequence++
				if e.Type != "dev.xinju.fact.person" || e.Subject != who {
					t.Errorf("delivered %+v", e)
				}
			}
			if sequence >= 2 {
				break
			}
		}
		stop()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
