package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
)

type migrateCmds struct {
	Up     migrateUp     `cmd:"" help:"升级到本程序的结构。Bring schemas up to this build's."`
	Status migrateStatus `cmd:"" help:"结构是否为本程序所需，不是则退出码 7。Whether schemas are this build's; exit code 7 when not."`
}

// databases names one service's database, or the folder of a suite.
type databases struct {
	Service string `enum:",registry,archive,immunization,maternal,familyplanning,aggregator" default:"" placeholder:"NAME" help:"服务：registry、archive、immunization、maternal、familyplanning、aggregator。The service."`
	DSN     string `name:"dsn" env:"XINJU_DB_DSN" placeholder:"DSN" help:"该服务的数据库：sqlite:/path/file.db 或 mysql:user:password@tcp(host:port)/schema；含密码时请用环境变量。Its database; use the variable when it holds a password."`
	Data    string `placeholder:"DIR" help:"或：serve 的数据目录，六个服务一起。Or: the data folder of serve, all six services."`

	existing bool // nothing may be made
}

// Help shows both ways.
func (databases) Help() string {
	return "例 examples:\n\n  xinju migrate status --data ./data\n  XINJU_DB_DSN='mysql:…' xinju migrate up --service registry"
}

// each opens the databases one after another.
func (d databases) each(a *app, f func(service string, db *sqlstore.DB, sets []migrate.Set) error) error {
	if (d.Data == "") == (d.Service == "") || (d.Service != "" && d.DSN == "") {
		return outcome.Usage("请给出 --service 与 --dsn，或只给 --data", "give --service and --dsn, or --data alone")
	}
	if d.Service != "" {
		return d.one(a, d.Service, d.DSN, f)
	}
	for _, name := range client.Services {
		if err := d.one(a, name, "sqlite:"+filepath.Join(d.Data, name+".db"), f); err != nil {
			return err
		}
	}
	return nil
}

func (d databases) one(a *app, service, dsn string, f func(string, *sqlstore.DB, []migrate.Set) error) error {
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok && d.existing {
		if _, err := os.Stat(file); err != nil { // opening it would make it
			return &outcome.Error{Code: outcome.NotFound, Chinese: "没有 " + service + " 的数据库", English: "there is no database of " + service, Cause: err}
		}
	}
	db, err := sqlstore.Open(a.ctx, dsn, sqlstore.Options{})
	if err != nil {
		return fmt.Errorf("open the database of %s: %w", service, err)
	}
	return errors.Join(f(service, db, a.programs.Migrations(service)), db.Close())
}

type migrateUp struct {
	databases
	listing
}

// Run migrates and says where the schemas stand.
func (c migrateUp) Run(a *app) error {
	t := stateTable()
	err := c.each(a, func(service string, db *sqlstore.DB, sets []migrate.Set) error {
		if err := migrate.Up(a.ctx, db, sets...); err != nil {
			return err
		}
		_, err := addStates(a, t, service, db, sets)
		return err
	})
	if err != nil {
		return err
	}
	return t.Write(a.Out, c.Output)
}

type migrateStatus struct {
	databases
	listing
}

// Run reads where the schemas stand; it changes nothing.
func (c migrateStatus) Run(a *app) error {
	t, behind := stateTable(), 0
	c.existing = true
	err := c.each(a, func(service string, db *sqlstore.DB, sets []migrate.Set) error {
		n, err := addStates(a, t, service, db, sets)
		behind += n
		return err
	})
	if err != nil {
		return err
	}
	if err := t.Write(a.Out, c.Output); err != nil {
		return err
	}
	if behind > 0 {
		return migrate.ErrSchema
	}
	return nil
}

func stateTable() *show.Table {
	return &show.Table{Columns: []show.Column{
		{Key: "service", Title: "服务 Service"},
		{Key: "set", Title: "结构 Set"},
		{Key: "applied", Title: "已执行 Applied", Right: true},
		{Key: "build", Title: "本程序 Build", Right: true},
		{Key: "current", Title: "一致 Current"},
	}}
}

// addStates adds one row per set and returns how many are not this build's.
func addStates(a *app, t *show.Table, service string, db *sqlstore.DB, sets []migrate.Set) (behind int, err error) {
	states, err := migrate.Status(a.ctx, db, sets...)
	if err != nil {
		return 0, err
	}
	for _, s := range states {
		if !s.Current() {
			behind++
		}
		t.Add(service, s.Set, newest(s.Applied), newest(s.Build), s.Current())
	}
	return behind, nil
}

func newest(versions []int64) int64 {
	if len(versions) == 0 {
		return 0
	}
	return versions[len(versions)-1]
}
