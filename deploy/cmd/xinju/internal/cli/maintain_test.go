package cli

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/suite"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
)

// fed is a folder whose databases have a feed of three changes and two requests,
// one of them old; the aggregator has neither.
func fed(t *testing.T) (p Programs, dir string) {
	t.Helper()
	p = Programs{Migrations: func(service string) []migrate.Set {
		if service == "aggregator" {
			return oneTable("")
		}
		return []migrate.Set{changefeed.Migrations(), idempotency.Migrations()}
	}}
	dir = t.TempDir()
	if code, _, errs := typed(t, p, "", nil, "migrate", "up", "--data", dir); code != 0 {
		t.Fatal(errs)
	}
	db := opened(t, dir, "registry")
	err := db.Write(t.Context(), func(tx *gorm.DB) error {
		for n := range 2 {
			if err := idempotency.Keep(tx, "m", fmt.Sprint("r", n), nil, []byte("x")); err == nil {
				return errors.New("kept what was not claimed")
			}
			if _, _, err := idempotency.Claim(tx, "m", fmt.Sprint("r", n), nil); err != nil {
				return err
			}
		}
		old := time.Now().Add(-40 * 24 * time.Hour).UnixMilli()
		if err := sqlstore.Exec(tx, "UPDATE request_seen SET created_ms = ? WHERE request_id = 'r0'", old); err != nil {
			return err
		}
		var facts []changefeed.Fact
		for n := range 3 {
			facts = append(facts, changefeed.Fact{Kind: 1, ID: fmt.Sprint(n), ResidentID: "R", Version: 1})
		}
		return changefeed.Append(tx, facts...)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return p, dir
}

func opened(t *testing.T, dir, service string) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(dir, service+".db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func head(t *testing.T, dir string) changefeed.Head {
	t.Helper()
	db := opened(t, dir, "registry")
	defer func() { _ = db.Close() }() // read only
	h, err := changefeed.ReadHead(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestFeedsAreRenewedAndTrimmedAndRequestsForgotten(t *testing.T) {
	p, dir := fed(t)
	say := func(want outcome.Code, args ...string) string {
		t.Helper()
		code, out, errs := typed(t, p, "", nil, append([]string{"maintain"}, args...)...)
		if code != want {
			t.Fatalf("%v: code %d: %s", args, code, errs)
		}
		return out + errs
	}
	before := head(t, dir)
	if out := say(0, "renew", "--data", dir, "-o", "csv"); strings.Count(out, "\n") != 1+5 || strings.Contains(out, "aggregator") {
		t.Errorf("not every feed was renewed: %s", out)
	}
	if now := head(t, dir); now.Epoch == before.Epoch || now.Position != 3 {
		t.Errorf("%+v, before %+v", now, before)
	}
	for _, keep := range []string{"2", "100"} { // what is gone does not come back
		if out := say(0, "trim", "--data", dir, "--keep", keep, "-o", "csv"); !strings.Contains(out, "registry,3,1\n") || !strings.Contains(out, "archive,0,0\n") {
			t.Errorf("--keep %s: %s", keep, out)
		}
	}
	if out := say(0, "forget", "--data", dir, "--days", "30", "-o", "csv"); !strings.Contains(out, "registry,1\n") || !strings.Contains(out, "maternal,0\n") {
		t.Error(out)
	}
	for _, bad := range [][]string{{"trim", "--data", dir, "--keep", "-1"}, {"forget", "--data", dir, "--days", "0"}, {"renew"}} {
		say(outcome.BadInput, bad...)
	}
	say(outcome.NotFound, "renew", "--service", "registry", "--dsn", "sqlite:"+filepath.Join(dir, "none.db"))
}

func TestNothingIsMaintainedWhileASuiteRunsOnTheFolder(t *testing.T) {
	p, dir := fed(t)
	release, err := suite.Hold(dir) // as a suite does
	if err != nil {
		t.Fatal(err)
	}
	before := head(t, dir)
	code, _, errs := typed(t, p, "", nil, "maintain", "renew", "--data", dir)
	if code != outcome.Precondition || !strings.Contains(errs, "DATA_FOLDER_IN_USE") || head(t, dir).Epoch != before.Epoch {
		t.Errorf("code %d: %s", code, errs)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := typed(t, p, "", nil, "maintain", "renew", "--data", dir); code != 0 {
		t.Errorf("after it has ended: code %d: %s", code, errs)
	}
}
