package cli

import (
	"errors"
	"fmt"
	"io"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"

	"google.golang.org/protobuf/encoding/protojson"

	"xinju.dev/deploy/client"
)

type watchCmds struct {
	Eligibility watchEligibility `cmd:"" help:"持续输出资格和覆盖的变化，每行一个 JSON。Answers as they change, one JSON object a line."`
}

type watchEligibility struct {
	connected
	Division divisionCode `placeholder:"CODE" help:"只看此区划的人员。Only people of this division."`
	Items    []string     `name:"item" sep:"," placeholder:"ID" help:"只看这些规则或指标，可重复。Only these rules and indicators; repeatable."`
	Token    string       `placeholder:"TOKEN" help:"从上次输出的 resumeToken 接着。Go on from the resumeToken of the last line."`
	Once     bool         `help:"输出现有全部变化后退出。End when everything known is told."`
}

// Help says what the lines are.
func (watchEligibility) Help() string {
	return "先输出全部人员，之后只输出有变化的；restarted 为真时应清空此前收到的内容。Everybody first, changes afterwards; when restarted is true, drop what was received before.\n\n  xinju watch eligibility --item HED01 --once > answers.ndjson"
}

// Run copies messages to stdout until it is told to end.
func (c watchEligibility) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		stream, err := s.Answers.WatchEligibility(a.ctx, &aggregatorv1.WatchEligibilityRequest{Division: string(c.Division), ItemIds: c.Items, ResumeToken: c.Token})
		if err != nil {
			return err
		}
		for {
			m, err := stream.Recv()
			if a.ctx.Err() != nil || errors.Is(err, io.EOF) {
				return nil //nolint:nilerr // told to stop, or all was said
			}
			if err != nil {
				return err
			}
			line, err := protojson.Marshal(m)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(a.Out, "%s\n", line); err != nil || c.Once && m.GetCaughtUp() {
				return err
			}
		}
	})
}
