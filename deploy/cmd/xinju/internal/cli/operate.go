package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/deploy/loader"
	"xinju.dev/services/platform/obs"
)

type followingCmd struct {
	connected
	listing
	Wait bool `help:"先等到此刻已有的记录全部计入。First wait until everything recorded by now is counted."`
}

// Run asks and prints; a feed that is no longer followed ends it with 7.
func (c followingCmd) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		if c.Wait {
			if err := loader.WaitFollowed(a.ctx, s, nil); err != nil && !errors.Is(err, loader.ErrFollowing) {
				return err
			}
		}
		resp, err := s.Aggregator.GetFollowing(a.ctx, &aggregatorv1.GetFollowingRequest{})
		if err != nil {
			return err
		}
		t := &show.Table{Columns: []show.Column{
			{Key: "source", Title: "来源 Source"},
			{Key: "position", Title: "已计入 Position", Right: true},
			{Key: "head", Title: "最新 Head", Right: true},
			{Key: "behind", Title: "落后 Behind", Right: true},
			{Key: "epoch", Title: "代 Epoch"},
			{Key: "alarm", Title: "告警 Alarm"},
		}}
		stopped := ""
		for _, p := range resp.GetPositions() {
			t.Add(p.GetSource(), p.GetPosition(), p.GetHead(), max(0, p.GetHead()-p.GetPosition()), p.GetEpoch(), orNil(p.GetAlarm()))
			if p.GetAlarm() != "" {
				stopped = p.GetSource()
			}
		}
		t.Note("有记录的人 persons with facts: %d · 登记服务未知的人的记录 facts about persons unknown to the registry: %d", resp.GetResidents(), resp.GetOrphans())
		t.Note("状态摘要 digest of the derived state: %s", resp.GetDigest())
		if err := t.Write(a.Out, c.Output); err != nil {
			return err
		}
		if stopped != "" {
			return &outcome.Error{Code: outcome.Precondition, Chinese: "已停止跟进 " + stopped, English: "following " + stopped + " has stopped"}
		}
		return nil
	})
}

type versionCmd struct{ listing }

// Run prints which program this is.
func (c versionCmd) Run(a *app) error {
	b := obs.Build()
	if c.Output == show.Eyes {
		_, err := fmt.Fprintf(a.Out, "xinju %s (%s, %s)\n", b.Version, b.Revision, b.Go)
		return err
	}
	t := &show.Table{Columns: []show.Column{{Key: "version"}, {Key: "revision"}, {Key: "go"}}}
	t.Add(b.Version, b.Revision, b.Go)
	return t.Write(a.Out, c.Output)
}

type helpCmd struct {
	Topic []string `arg:"" optional:"" help:"命令，或 exit-codes。A command, or exit-codes."`
}

// Run prints help on a topic.
func (c helpCmd) Run(a *app) error {
	if len(c.Topic) == 1 && c.Topic[0] == "exit-codes" {
		return writeExitCodes(a.Out)
	}
	return a.run(append(c.Topic, "--help"))
}

func writeExitCodes(w io.Writer) error {
	var b strings.Builder
	b.WriteString("退出码 Exit codes\n\n")
	for _, m := range outcome.Meanings {
		fmt.Fprintf(&b, "%5d  %s\n       %s\n", m.Code, m.Chinese, m.English)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
