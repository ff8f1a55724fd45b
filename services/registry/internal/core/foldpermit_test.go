package core

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
)

func numbered(number string) func(*Event) { return func(e *Event) { e.PermitNumber = number } }
func validTo(day string) func(*Event)     { return func(e *Event) { e.PermitValidUntil = civil.Must(day) } }

func days(list ...string) (out []civil.Date) {
	for _, d := range list {
		out = append(out, civil.Must(d))
	}
	return out
}

func TestWhatHappensToPermits(t *testing.T) {
	first := Permit{ID: EventKey("ga", "2"), Issued: civil.Must("2024-09-01")}
	second := Permit{ID: EventKey("ga", "3"), Issued: civil.Must("2025-02-01")}
	with := func(p Permit, set func(*Permit)) Permit { set(&p); return p }
	for _, tc := range []struct {
		name   string
		events []Event
		want   []Permit
		waits  []string
	}{
		{
			"a lost card leaves the permit as it was",
			[]Event{ev("2", PermitIssue, "2024-09-01"), ev("3", PermitLost, "2025-01-05"), ev("4", PermitLost, "2025-02-05")},
			[]Permit{with(first, func(p *Permit) { p.Lost = civil.Must("2025-02-05") })},
			nil,
		},
		{
			"a new card may have another number and another last day",
			[]Event{
				ev("2", PermitIssue, "2024-09-01", numbered("P1"), validTo("2025-08-31")), ev("3", PermitLost, "2025-01-05"),
				ev("4", PermitReissue, "2025-01-10", numbered("P2"), validTo("2025-12-31")), ev("5", PermitEndorse, "2025-08-15", numbered("P1")), ev("6", PermitEndorse, "2026-08-15", numbered("P2")),
			},
			[]Permit{with(first, func(p *Permit) {
				p.Number, p.ValidUntil, p.Lost, p.Reissued, p.Endorsed = "P2", civil.Must("2025-12-31"), civil.Must("2025-01-05"), days("2025-01-10"), days("2025-08-15", "2026-08-15")
			})},
			nil,
		},
		{
			"the new number serves on the day of the new card already",
			[]Event{ev("2", PermitIssue, "2024-09-01", numbered("P1")), ev("3", PermitEndorse, "2025-08-15", numbered("P2")), ev("4", PermitReissue, "2025-08-15", numbered("P2"))},
			[]Permit{with(first, func(p *Permit) { p.Number, p.Reissued, p.Endorsed = "P2", days("2025-08-15"), days("2025-08-15") })},
			nil,
		},
		{
			"the same new card told twice is one",
			[]Event{ev("2", PermitIssue, "2024-09-01"), ev("3", PermitReissue, "2025-08-15"), ev("4", PermitReissue, "2025-08-15")},
			[]Permit{with(first, func(p *Permit) { p.Reissued = days("2025-08-15") })},
			nil,
		},
		{
			"numbers tell two permits apart",
			[]Event{ev("2", PermitIssue, "2024-09-01", numbered("P1")), ev("3", PermitIssue, "2025-02-01", numbered("P2")), ev("4", PermitCancel, "2025-03-01", numbered("P1"))},
			[]Permit{with(first, func(p *Permit) { p.Number, p.Cancelled = "P1", civil.Must("2025-03-01") }), with(second, func(p *Permit) { p.Number = "P2" })},
			nil,
		},
		{
			"without a number the one issued last is meant",
			[]Event{ev("2", PermitIssue, "2024-09-01", numbered("P1")), ev("3", PermitIssue, "2025-02-01", numbered("P2")), ev("4", PermitCancel, "2025-03-01")},
			[]Permit{with(first, func(p *Permit) { p.Number = "P1" }), with(second, func(p *Permit) { p.Number, p.Cancelled = "P2", civil.Must("2025-03-01") })},
			nil,
		},
		{
			"two permits of one issuer and day have two numbers",
			[]Event{ev("2", PermitIssue, "2024-09-01", numbered("P1")), ev("3", PermitIssue, "2024-09-01", numbered("P2"))},
			[]Permit{with(first, func(p *Permit) { p.Number = "P1" }), with(second, func(p *Permit) { p.Number, p.Issued = "P2", civil.Must("2024-09-01") })},
			nil,
		},
		{
			"a permit whose number nobody said takes the one that an endorsement names",
			[]Event{ev("2", PermitIssue, "2024-09-01"), ev("3", PermitEndorse, "2025-08-15", numbered("P1"))},
			[]Permit{with(first, func(p *Permit) { p.Number, p.Endorsed = "P1", days("2025-08-15") })},
			nil,
		},
		{
			"another number waits for its permit",
			[]Event{ev("2", PermitIssue, "2024-09-01", numbered("P1")), ev("3", PermitEndorse, "2025-08-15", numbered("P9"))},
			[]Permit{with(first, func(p *Permit) { p.Number = "P1" })},
			[]string{"3 PERMIT_NOT_ISSUED"},
		},
		{
			"a new card before the issue waits",
			[]Event{ev("2", PermitIssue, "2024-09-01"), ev("3", PermitReissue, "2024-08-15"), ev("4", PermitLost, "2024-08-10")},
			[]Permit{first},
			[]string{"3 PERMIT_NOT_ISSUED", "4 PERMIT_NOT_ISSUED"},
		},
		{
			"a correction puts the day of the loss right",
			[]Event{ev("2", PermitIssue, "2024-09-01"), ev("3", PermitLost, "2025-01-05"), ev("4", Correct, "2025-01-06", about("3"))},
			[]Permit{with(first, func(p *Permit) { p.Lost = civil.Must("2025-01-06") })},
			nil,
		},
		{
			"totals of points stay in the order of their days",
			[]Event{ev("2", PermitIssue, "2024-09-01"), ev("3", Arrive, "2025-03-01", arrived("2024-10-01"), points(80)), ev("4", PermitEndorse, "2025-02-01", points(100))},
			[]Permit{with(first, func(p *Permit) {
				p.Endorsed, p.Points = days("2025-02-01"), []Points{{civil.Must("2025-02-01"), 100}, {civil.Must("2025-03-01"), 80}}
			})},
			nil,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			list := append([]Event{ev("1", Arrive, "2024-01-01")}, tc.events...)
			s := Fold(list)
			if d := cmp.Diff(tc.want, s.Permits); d != "" {
				t.Error(d)
			}
			var waits []string
			for i := range list {
				if w := s.Waiting[i]; w != nil {
					waits = append(waits, list[i].ID+" "+w.Reason)
				}
			}
			if d := cmp.Diff(tc.waits, waits); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestTheCardIsPartOfTheState(t *testing.T) {
	issue := []Event{ev("1", Arrive, "2024-03-01"), ev("2", PermitIssue, "2024-09-01")}
	plain := Fold(issue).Digest()
	for _, more := range []Event{ev("3", PermitLost, "2025-01-05"), ev("3", PermitReissue, "2025-01-05"), ev("3", PermitIssue, "2024-09-01", numbered("P1"))} {
		if Fold(append(issue, more)).Digest() == plain {
			t.Errorf("kind %d is not in the digest", more.Type)
		}
	}
}

func TestSourcesOfAPermit(t *testing.T) {
	s := FoldTraced([]Event{
		ev("1", Arrive, "2024-03-01"), ev("2", PermitIssue, "2024-09-01", validTo("2025-08-31")),
		ev("3", PermitEndorse, "2025-08-20", validTo("2026-08-31"), points(120)), ev("4", Correct, "2025-08-21", about("3"), points(121)),
	})
	want := []Source{{"division", "ga", "2"}, {"issued_date", "ga", "2"}, {"valid_until_date", "ga", "3"}, {"endorsed_dates", "ga", "4"}, {"points", "ga", "4"}}
	if d := cmp.Diff(want, s.Permits[0].Sources); d != "" {
		t.Error(d)
	}
}
