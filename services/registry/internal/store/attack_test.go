package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/testkit"
)

// livesIn is ListResidents by brute force: fold everybody, look at one day.
func livesIn(events []core.Event, f core.ResidentFilter, prefix string) (out []string) {
	for _, g := range core.Groups(core.Claims(events)) {
		var own []core.Event
		for _, i := range g.Events {
			own = append(own, events[i])
		}
		s := core.Fold(own)
		var here *core.Stay
		for i := range s.Stays {
			t := &s.Stays[i]
			if t.Arrived > f.Day || t.Left != civil.None && t.Left < f.Day {
				continue
			}
			if here == nil || t.Arrived > here.Arrived || t.Arrived == here.Arrived && t.ID > here.ID {
				here = t
			}
		}
		switch {
		case here == nil || !strings.HasPrefix(here.Division, prefix):
		case f.Sex != 0 && s.Sex != f.Sex, f.ReviewOnly && len(s.Flags) == 0, f.BornFrom != 0 && s.Birth < f.BornFrom:
		default:
			out = append(out, here.ID)
		}
	}
	slices.Sort(out)
	return out
}

func listedStays(t *testing.T, s *SQL, f core.ResidentFilter, size int) (out []string) {
	t.Helper()
	for token := ""; ; {
		list, next, err := s.ListResidents(t.Context(), f, page.Query{Size: size, Token: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			out = append(out, r.Stays[0].ID)
		}
		if token = next; next == "" {
			slices.Sort(out)
			return out
		}
	}
}

func TestListsOfAnyDayAreWhatFoldingEverybodySays(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		r := rand.New(rand.NewPCG(5, 5))
		var events []core.Event
		for i := range 160 {
			e := history(r, 1)[0]
			who := r.IntN(20)
			e.ID, e.Sender = fmt.Sprint(i), "ga-990101"
			switch {
			case e.Type.Amends():
				e.Replaces = fmt.Sprint(r.IntN(160))
			case e.Type != core.Birth:
				e.Document = arrive("", who, "2025-01-01").Document
			}
			events = append(events, e.Normal())
		}
		for _, o := range feed(t, s, events...) {
			if o.Code == core.Refused {
				t.Fatal(codes([]core.Outcome{o}))
			}
		}
		people := 0
		for _, f := range []core.ResidentFilter{
			{Division: "990101000000"},
			{Division: "990101001000"},
			{Division: villageA},
			{Division: villageB, Sex: 2},
			{Division: "990000000000", ReviewOnly: true},
			{Division: "990101000000", BornFrom: civil.Must("2000-01-01")},
		} {
			for _, day := range []string{"2024-12-31", "2025-01-10", "2025-02-01", "2025-02-28", "2025-03-15"} {
				f.Day = civil.Must(day)
				want := livesIn(events, f, strings.TrimRight(f.Division, "0"))
				people += len(want)
				for _, size := range []int{1, 3, 1000} {
					if d := cmp.Diff(want, listedStays(t, s, f, size)); d != "" {
						t.Fatalf("%+v by %d: %s", f, size, d)
					}
				}
			}
		}
		if people < 50 {
			t.Errorf("only %d lines", people)
		}
	})
}

func TestTwoPersonsWhoseDocumentsAreLinkedBecomeOne(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		number := citizen(civil.Must("2026-01-05"), 1)
		birth := about("1", 1, core.Birth, "2026-01-05", func(e *core.Event) { e.Document, e.Division, e.Name = certificate(1), villageA, "" })
		seen := about("2", 1, core.Arrive, "2026-02-01", func(e *core.Event) {
			e.Document, e.Division, e.Sender, e.Name = number, villageB, "school", ""
		})
		feed(t, s, birth)
		feed(t, s, seen)
		if a, b := lookup(t, s, certificate(1)), lookup(t, s, number); a.ID == b.ID {
			t.Fatal("nobody said that they are one")
		}
		feed(t, s, about("3", 1, core.Correct, "2026-03-01", func(e *core.Event) { e.Replaces, e.Document, e.Name = "1", number, "" }))
		a, b := lookup(t, s, certificate(1)), lookup(t, s, number)
		if a.ID != b.ID || len(a.Stays) != 2 || len(all(t, s.Listers()["person"])) != 1 {
			t.Errorf("one person: %v, %d stays", a.ID == b.ID, len(a.Stays))
		}
		feed(t, s, about("4", 1, core.Void, "2026-03-02", func(e *core.Event) { e.Replaces, e.Document = "3", core.Document{} }))
		if a, b := lookup(t, s, certificate(1)), lookup(t, s, number); a.ID == b.ID || len(a.Stays) != 1 {
			t.Error("taken back, they are two again")
		}
	})
}

func TestOneIdentifierOfTwoSendersIsTwoEvents(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		other := arrive("1", 2, "2025-03-01")
		other.Sender = "ga-990102"
		if got := codes(feed(t, s, arrive("1", 1, "2025-03-01"), other)); got != "created created" {
			t.Error(got)
		}
		cancel := about("2", 1, core.Void, "2025-04-01", func(e *core.Event) { e.Replaces, e.Sender = "1", "ga-990103" })
		if got := codes(feed(t, s, cancel)); got != "pending:TARGET_NOT_ARRIVED" {
			t.Errorf("nobody voids another sender's event: %s", got)
		}
	})
}

func TestStrangeHistories(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		say := func(id string) func(*core.Event) { return func(e *core.Event) { e.Replaces = id } }
		for i, c := range []struct {
			name   string
			events []core.Event
			want   string
		}{
			{"leaving twice", []core.Event{arrive("1", 0, "2025-03-01"), about("2", 0, core.Leave, "2025-04-01"), about("3", 0, core.Leave, "2025-04-02")}, "created updated review:LEAVE_WITHOUT_STAY"},
			{"two villages on one day", []core.Event{arrive("1", 0, "2025-03-01"), about("2", 0, core.Arrive, "2025-03-01", func(e *core.Event) { e.Division = villageB })}, "created review:OVERLAPPING_STAYS"},
			{"a move of nobody", []core.Event{about("1", 0, core.Move, "2025-03-01"), arrive("2", 0, "2025-02-01")}, "pending:PERSON_NOT_ARRIVED created"},
			{"permits before their issue", []core.Event{arrive("1", 0, "2025-03-01"), about("2", 0, core.PermitEndorse, "2025-04-01"), about("3", 0, core.PermitIssue, "2025-03-02")}, "created pending:PERMIT_NOT_ISSUED updated"},
			{"arriving after death", []core.Event{arrive("1", 0, "2025-03-01"), about("2", 0, core.Death, "2025-04-01"), about("3", 0, core.Arrive, "2025-05-01")}, "created updated review:DEATH_CONTRADICTS"},
			{"leaving after becoming local", []core.Event{arrive("1", 0, "2025-03-01"), about("2", 0, core.HukouIn, "2025-04-01", func(e *core.Event) { e.HukouDivision = "990101" }), about("3", 0, core.Leave, "2025-05-01", func(e *core.Event) { e.HukouDivision = "" })}, "created updated updated"},
			{"an arrival voided under a move and a departure", []core.Event{arrive("1", 0, "2025-03-01"), about("2", 0, core.Move, "2025-04-01", func(e *core.Event) { e.Division = villageB }), about("3", 0, core.Leave, "2025-05-01"), about("4", 0, core.Void, "2025-06-01", say("1"))}, "created updated updated updated"},
			{"a correction corrected, then both voided", []core.Event{arrive("1", 0, "2025-03-01"), about("2", 0, core.Correct, "2025-03-02", say("1"), func(e *core.Event) { e.Phone = "1" }), about("3", 0, core.Correct, "2025-03-03", say("2"), func(e *core.Event) { e.Phone = "2" }), about("4", 0, core.Void, "2025-06-01", say("3")), about("5", 0, core.Void, "2025-06-01", say("4"))}, "created updated updated updated updated"},
			{"a day that is not there every year", []core.Event{arrive("1", 0, "2024-02-29"), about("2", 0, core.Leave, "2024-02-29")}, "created updated"},
			{"born tomorrow", []core.Event{about("1", 0, core.Birth, "2026-07-01")}, "refused:DATE_IN_FUTURE"},
			{"born in 1899 by the number", []core.Event{about("1", 0, core.Arrive, "2025-03-01", func(e *core.Event) { e.Document = citizen(civil.Must("1899-12-31"), 1) })}, "created"},
			{"born before the number says", []core.Event{about("1", 0, core.Birth, "1989-12-31")}, "refused:BORN_AFTER_EVENT"},
			{"a county in the place of a village", []core.Event{arrive("1", 0, "2025-03-01"), about("2", 0, core.Correct, "2025-03-02", say("1"), func(e *core.Event) { e.Division = "990101" })}, "created unchanged"},
		} {
			for j := range c.events {
				e := &c.events[j]
				e.Sender = fmt.Sprintf("s%d", i)
				if e.Document == arrive("", 0, "2025-01-01").Document {
					e.Document = arrive("", i+10, "2025-01-01").Document
				}
			}
			var got []string
			for _, e := range c.events {
				got = append(got, codes(feed(t, s, e)))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %s", c.name, strings.Join(got, " "))
			}
		}
	})
}

func TestNobodyLivesInACountyByACorrection(t *testing.T) {
	s := open(t, testkit.SQLite(t, sets...))
	feed(t, s, arrive("1", 1, "2025-03-01"), about("2", 1, core.Correct, "2025-03-02", func(e *core.Event) { e.Replaces, e.Division = "1", "990101" }))
	if got := lookup(t, s, arrive("", 1, "2025-01-01").Document).Stays[0].Division; got != villageA {
		t.Error(got)
	}
}

// TestAFileAboutOnePersonStaysCheap has thousands of events of one person, and a
// chain of VOIDs, which an unlucky or unkind sender may send.
func TestAFileAboutOnePersonStaysCheap(t *testing.T) {
	s := open(t, testkit.SQLite(t, sets...))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	created := 0
	for chunk := range 4 {
		var events []core.Event
		for i := range 1000 {
			id := fmt.Sprint(chunk*1000 + i)
			e := about(id, 1, core.PermitEndorse, civil.Must("2024-01-01").AddDays(i%500).String())
			if i%2 == 1 {
				e = about(id, 1, core.Void, "2025-01-01", func(e *core.Event) { e.Replaces = fmt.Sprint(max(0, chunk*1000+i-2)) })
			}
			events = append(events, e)
		}
		if chunk == 2 {
			events[500] = arrive("a", 1, "2024-01-01")
		}
		out, err := s.Record(ctx, events, false, onDay(today))
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range out {
			if o.Code == core.Created {
				created++
			}
		}
	}
	if created != 1 {
		t.Errorf("%d persons created", created)
	}
}
