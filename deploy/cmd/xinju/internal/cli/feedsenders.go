package cli

import (
	"encoding/hex"
	"fmt"
	"strings"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type feedSenders struct {
	connected
	listing
	Limit int `default:"100" placeholder:"N" help:"最多列出多少个，0 为全部，默认 100。At most so many, 0 for all; 100 by default."`
}

// Run lists senders.
func (c feedSenders) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		return listed(a, c.Limit, c.Output, func(size int32, token string) (page[*registryv1.FeedSender], error) {
			resp, err := s.Feed.ListSenders(a.ctx, &registryv1.ListSendersRequest{PageSize: size, PageToken: token})
			return page[*registryv1.FeedSender]{resp.GetSenders(), resp.GetNextPageToken()}, err
		}, senderTable)
	})
}

func senderTable(list ...*registryv1.FeedSender) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "sender", Title: "报送 Sender"},
		{Key: "last_received", Title: "最近收到 Last"},
		{Key: "last_sequence", Title: "序号 Sequence", Right: true},
		{Key: "missing", Title: "缺号 Missing"},
		{Key: "stale_since", Title: "逾期自 Overdue since"},
		{Key: "paused", Title: "暂停 Paused"},
		{Key: "batches", Title: "批次 Batches", Right: true},
		{Key: "rows", Title: "行 Rows", Right: true},
		{Key: "key", Title: "公钥 Key"},
	}}
	for _, s := range list {
		last, stale, paused := "", "", ""
		if at := s.GetLastReceivedTime(); at != nil {
			last = at.AsTime().Format("2006-01-02T15:04:05Z")
		}
		if at := s.GetStaleSinceTime(); at != nil {
			stale = at.AsTime().Format("2006-01-02T15:04:05Z")
		}
		if s.GetPaused() {
			paused = "yes " + s.GetPauseReason()
		}
		t.Add(s.GetSender(), orNil(last), s.GetLastSequence(), orNil(gaps(s.GetMissingSequences())), orNil(stale), orNil(strings.TrimSpace(paused)),
			s.GetBatchCount(), s.GetRowCount(), orNil(s.GetKeyFingerprint()))
	}
	return t
}

func gaps(list []*registryv1.SequenceGap) string {
	var out []string
	for _, g := range list {
		if g.GetFromSequence() == g.GetUntilSequence() {
			out = append(out, fmt.Sprint(g.GetFromSequence()))
		} else {
			out = append(out, fmt.Sprintf("%d–%d", g.GetFromSequence(), g.GetUntilSequence()))
		}
	}
	return strings.Join(out, " ")
}

type feedSender struct {
	connected
	listing
	Sender  string  `arg:"" help:"报送单位代码。Code of the sender."`
	Pause   *string `placeholder:"REASON" help:"暂停处理其批次，写明原因。Apply nothing of the sender, and say why."`
	Unpause bool    `help:"恢复处理。Go on."`
	Every   *int32  `placeholder:"HOURS" help:"两批之间预期的小时数，0 为不检查。Hours within which the next batch is expected, 0 for none."`
	Key     *string `placeholder:"HEX" help:"登记 Ed25519 公钥；空串为撤销。Register an Ed25519 public key; an empty one removes it."`
}

// Run changes what was given and shows the sender.
func (c feedSender) Run(a *app) error {
	in, mask := &registryv1.FeedSender{Sender: c.Sender}, &fieldmaskpb.FieldMask{}
	if c.Pause != nil && c.Unpause {
		return outcome.Usage("--pause 与 --unpause 只能取其一", "either --pause or --unpause")
	}
	if c.Pause != nil || c.Unpause {
		in.Paused, mask.Paths = c.Pause != nil, append(mask.Paths, "paused")
		if c.Pause != nil {
			in.PauseReason = *c.Pause
		}
	}
	if c.Every != nil {
		in.ExpectedIntervalHours, mask.Paths = *c.Every, append(mask.Paths, "expected_interval_hours")
	}
	if c.Key != nil {
		key, err := hex.DecodeString(*c.Key)
		if err != nil {
			return outcome.Usage("公钥须为十六进制", "a key is written in hex")
		}
		in.PublicKey, mask.Paths = key, append(mask.Paths, "public_key")
	}
	return c.dial(func(s *client.Suite) error {
		if len(mask.GetPaths()) == 0 {
			resp, err := s.Feed.GetSender(a.ctx, &registryv1.GetSenderRequest{Sender: c.Sender})
			if err != nil {
				return err
			}
			return senderTable(resp.GetSender()).Write(a.Out, c.Output)
		}
		resp, err := s.Feed.UpdateSender(a.ctx, &registryv1.UpdateSenderRequest{FeedSender: in, UpdateMask: mask})
		if err != nil {
			return err
		}
		return senderTable(resp.GetSender()).Write(a.Out, c.Output)
	})
}
