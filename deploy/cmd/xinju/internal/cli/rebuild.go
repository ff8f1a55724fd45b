package cli

import (
	"fmt"
	"time"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/progress"
)

type rebuildCmd struct {
	connected
	Wait bool `default:"true" negatable:"" help:"等到完成（默认）；--no-wait 只启动。Wait until it has ended, the default."`
}

// Help says when it is needed.
func (rebuildCmd) Help() string {
	return "following 显示告警时使用：从各服务的变更流重新计算，期间旧数字照常可查。For when following shows an alarm: everything is computed again from the feeds; the old numbers serve until the new ones take over."
}

// Run starts a rebuild and follows it.
func (c rebuildCmd) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		begun, err := s.Aggregator.Rebuild(a.ctx, &aggregatorv1.RebuildRequest{})
		if err != nil {
			return err
		}
		op := begun.GetOperation()
		if !c.Wait {
			_, err := fmt.Fprintf(a.Out, "已启动 begun: %s\n", op.GetOperationId())
			return err
		}
		if op, err = follow(a, s, op, "重建 rebuilding"); err != nil {
			return err
		}
		if op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED {
			return &outcome.Error{Code: outcome.Failed, Chinese: "重建未完成：" + op.GetFailureText(), English: "the rebuild did not succeed: " + op.GetFailureReason()}
		}
		_, err = fmt.Fprintf(a.Out, "重建完成 rebuilt: %d 条事实 facts\n", op.GetDone())
		return err
	})
}

// follow shows how far an operation of the aggregator is until it has ended.
func follow(a *app, s *client.Suite, op *typev1.Operation, what string) (*typev1.Operation, error) {
	stage := a.progress().Stage(what, op.GetTotal(), progress.Unit{Name: "条 facts"})
	defer stage.End()
	for op.GetState() == typev1.OperationState_OPERATION_STATE_QUEUED || op.GetState() == typev1.OperationState_OPERATION_STATE_RUNNING {
		select {
		case <-a.ctx.Done():
			return nil, a.ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
		now, err := s.Aggregator.GetOperation(a.ctx, &aggregatorv1.GetOperationRequest{OperationId: op.GetOperationId()})
		if err != nil {
			return nil, err
		}
		op = now.GetOperation()
		stage.Set(op.GetDone(), op.GetTotal())
	}
	return op, nil
}
