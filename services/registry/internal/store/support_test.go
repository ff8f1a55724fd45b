package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/facts"
	"xinju.dev/services/testkit"
)

var sets = []migrate.Set{Migrations(), intakestore.Migrations(), changefeed.Migrations(), idempotency.Migrations()}

// today is the day on which everything below is recorded.
var today = civil.Must("2026-06-30")

func onDay(day civil.Date) time.Time { return day.Time().Add(9 * time.Hour) }

func encoders() Encoders {
	return Encoders{Person: facts.Person, Flagged: facts.Flagged, Stay: facts.Stay, Permit: facts.Permit, Link: facts.Link, Division: facts.Division, Unit: facts.Unit}
}

// each runs a test on both engines, with the invented county 990101.
func each(t *testing.T, test func(t *testing.T, s *SQL)) {
	t.Helper()
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) { test(t, open(t, db)) })
}

func open(t testing.TB, db *sqlstore.DB) *SQL {
	t.Helper()
	s := New(db, sealer(t), encoders())
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.CreateDivisions(t.Context(), record.Request{}, county()); err != nil {
		t.Fatal(err)
	}
	return s
}

func sealer(t testing.TB) seal.Sealer {
	t.Helper()
	plain, err := seal.NewPlain([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// Villages of the invented county.
const (
	villageA = "990101001001"
	villageB = "990101001002"
	villageC = "990101002001"
)

func county() []core.Division {
	return []core.Division{
		{Code: "990000000000", Name: "虚构省", Level: core.Province},
		{Code: "990100000000", Name: "虚构市", Level: core.Prefecture, Parent: "990000000000"},
		{Code: "990101000000", Name: "虚构县", Level: core.County, Parent: "990100000000"},
		{Code: "990101001000", Name: "东街道", Level: core.Township, Parent: "990101000000"},
		{Code: "990101002000", Name: "西街道", Level: core.Township, Parent: "990101000000"},
		{Code: villageA, Name: "一村", Level: core.Village, Parent: "990101001000"},
		{Code: villageB, Name: "二村", Level: core.Village, Parent: "990101001000"},
		{Code: villageC, Name: "三村", Level: core.Village, Parent: "990101002000", Until: civil.Must("2025-12-31")},
	}
}

// citizen returns the document of an invented person: born on a day, the n-th,
// odd n male.
func citizen(birth civil.Date, n int) ident.Document {
	body := fmt.Sprintf("990101%08d%03d", birth.YYYYMMDD(), n)
	for _, check := range "0123456789X" {
		if d, err := ident.Parse(ident.CitizenCard, body+string(check), ""); err == nil {
			return d
		}
	}
	return ident.Document{}
}

func certificate(n int) ident.Document {
	d, err := ident.Parse(ident.BirthCertificate, fmt.Sprintf("Z%09d", n), "")
	if err != nil {
		return ident.Document{}
	}
	return d
}

// arrive is an ARRIVE of the n-th invented person at village A.
func arrive(id string, n int, day string) core.Event {
	birth := civil.Must("1990-01-01").AddDays(n / 500)
	return core.Event{
		Sender: "ga-990101", ID: id, Type: core.Arrive, Effective: civil.Must(day), Document: citizen(birth, n%500+1), Name: "张某某",
		HukouDivision: "360103", Division: villageA, Address: fmt.Sprintf("幸福路%d号", n),
	}
}

func feed(t testing.TB, s *SQL, events ...core.Event) []core.Outcome {
	t.Helper()
	out, err := s.Record(context.WithoutCancel(t.Context()), events, false, onDay(today))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func codes(out []core.Outcome) string {
	names := map[core.OutcomeCode]string{
		core.Created: "created", core.Updated: "updated", core.Unchanged: "unchanged", core.Duplicate: "duplicate",
		core.Pending: "pending", core.NeedsReview: "review", core.Refused: "refused",
	}
	list := make([]string, len(out))
	for i, o := range out {
		list[i] = names[o.Code]
		if o.Fault != nil {
			list[i] += ":" + o.Fault.Reason
		}
	}
	return strings.Join(list, " ")
}
