package cli

import (
	"fmt"
	"slices"
	"time"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/progress"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/deploy/suite"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
)

type maintainCmds struct {
	Refold maintainRefold `cmd:"" help:"按事件日志重新得出登记系统的全部居民。Make all residents of the registry anew from the log of events."`
	Renew  maintainRenew  `cmd:"" help:"恢复备份之后：换新变更流的纪元，使所有读者重建。After a backup was restored: a new epoch of the change feed, so that every reader rebuilds."`
	Trim   maintainTrim   `cmd:"" help:"清理旧的变更，读得慢于此的读者须重建。Drop old changes; readers behind them must rebuild."`
	Forget maintainForget `cmd:"" help:"清理旧的请求编号，其后同号的重试算新请求。Drop old request ids; a retry after that is a new request."`
}

type maintainRefold struct {
	Data string `required:"" type:"existingdir" placeholder:"DIR" help:"serve 的数据目录。The data folder of serve."`
}

// Help says when.
func (maintainRefold) Help() string {
	return "规则改变之后使用；可随时中断、重新开始。新居正在该目录上运行时拒绝。After a rule has changed; it may be stopped and begun anew. It refuses while a suite runs on the folder."
}

// Run folds everybody again.
func (c maintainRefold) Run(a *app) error {
	stage := a.progress().Stage("重算 folding", 0, progress.Rows)
	n := 0
	err := suite.Refold(a.ctx, c.Data, func(done int) {
		n = done
		stage.Set(int64(done), 0)
	})
	stage.End()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%d\n", n)
	return err
}

// offline are databases that nobody else works on.
type offline struct{ databases }

// Help says what is not seen.
func (offline) Help() string {
	return "用 --data 时若新居正在该目录上运行则拒绝；用 --dsn 时无从得知，请先停止该服务。With --data it refuses while a suite runs on the folder; with --dsn that cannot be seen: stop the service first.\n\n  xinju maintain trim --data ./data --keep 1000000"
}

// on works on each database with a change feed; nobody else may, as far as that
// can be seen.
func (o offline) on(a *app, f func(service string, db *sqlstore.DB, has func(set string) bool) error) (err error) {
	if o.Data != "" {
		release, err := suite.Hold(o.Data)
		if err != nil {
			return err
		}
		defer func() { _ = release() }() // the system does it with the process
	}
	o.existing = true
	return o.each(a, func(service string, db *sqlstore.DB, sets []migrate.Set) error {
		if err := migrate.Check(a.ctx, db, sets...); err != nil {
			return err
		}
		return f(service, db, func(name string) bool {
			return slices.ContainsFunc(sets, func(s migrate.Set) bool { return s.Name == name })
		})
	})
}

type maintainRenew struct {
	offline
	listing
}

// Run renews the feeds and prints their epochs.
func (c maintainRenew) Run(a *app) error {
	t := &show.Table{Columns: []show.Column{{Key: "service", Title: "服务 Service"}, {Key: "epoch", Title: "纪元 Epoch"}}}
	err := c.on(a, func(service string, db *sqlstore.DB, has func(string) bool) error {
		if !has(changefeed.Migrations().Name) {
			return nil
		}
		epoch, err := changefeed.Renew(a.ctx, db)
		t.Add(service, epoch)
		return err
	})
	if err != nil {
		return err
	}
	return t.Write(a.Out, c.Output)
}

type maintainTrim struct {
	offline
	listing
	Keep int64 `required:"" placeholder:"N" help:"保留最近多少条变更。How many of the latest changes stay."`
}

// Run trims the feeds and prints what is left.
func (c maintainTrim) Run(a *app) error {
	if c.Keep < 0 {
		return outcome.Usage("--keep 须为非负整数", "--keep must not be negative")
	}
	t := &show.Table{Columns: []show.Column{
		{Key: "service", Title: "服务 Service"}, {Key: "head", Title: "末尾 Head", Right: true}, {Key: "trimmed", Title: "已清理至 Trimmed", Right: true},
	}}
	err := c.on(a, func(service string, db *sqlstore.DB, has func(string) bool) error {
		if !has(changefeed.Migrations().Name) {
			return nil
		}
		head, err := changefeed.ReadHead(a.ctx, db)
		if err != nil {
			return err
		}
		if to := head.Position - c.Keep; to > head.Trimmed {
			if err := changefeed.Trim(a.ctx, db, to); err != nil {
				return err
			}
		}
		head, err = changefeed.ReadHead(a.ctx, db)
		t.Add(service, head.Position, head.Trimmed)
		return err
	})
	if err != nil {
		return err
	}
	return t.Write(a.Out, c.Output)
}

type maintainForget struct {
	offline
	listing
	Days int `required:"" placeholder:"N" help:"早于多少天的，至少 1。Older than so many days, at least 1."`
}

// forgetStep is how many requests one transaction drops.
const forgetStep = 1000

// Run forgets and prints how many.
func (c maintainForget) Run(a *app) error {
	if c.Days < 1 {
		return outcome.Usage("--days 至少为 1", "--days is at least 1")
	}
	before := time.Now().Add(-time.Duration(c.Days) * 24 * time.Hour)
	t := &show.Table{Columns: []show.Column{{Key: "service", Title: "服务 Service"}, {Key: "forgotten", Title: "已清理 Forgotten", Right: true}}}
	err := c.on(a, func(service string, db *sqlstore.DB, has func(string) bool) error {
		if !has(idempotency.Migrations().Name) {
			return nil
		}
		for all := int64(0); ; {
			n, err := idempotency.Forget(a.ctx, db, before, forgetStep)
			if all += n; err != nil || n < forgetStep {
				t.Add(service, all)
				return err
			}
		}
	})
	if err != nil {
		return err
	}
	return t.Write(a.Out, c.Output)
}
