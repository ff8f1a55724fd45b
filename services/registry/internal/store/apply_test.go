package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/recordstore"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/testkit"
)

// about is an event of the n-th person.
func about(id string, n int, t core.EventType, day string, set ...func(*core.Event)) core.Event {
	e := arrive(id, n, day)
	e.Type = t
	if t != core.Arrive && t != core.Move {
		e.Division, e.Address = "", ""
	}
	for _, f := range set {
		f(&e)
	}
	return e
}

func TestWhatBecomesOfEvents(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		for _, step := range []struct {
			name   string
			events []core.Event
			want   string
		}{
			{"arrivals create", []core.Event{arrive("1", 1, "2025-03-01"), arrive("2", 2, "2025-03-01")}, "created created"},
			{"the same again is a duplicate", []core.Event{arrive("1", 1, "2025-03-01")}, "duplicate"},
			{"also within one call", []core.Event{arrive("3", 3, "2025-03-01"), arrive("3", 3, "2025-03-01")}, "created duplicate"},
			{"another content under the same id is refused", []core.Event{arrive("1", 1, "2025-03-02")}, "refused:EVENT_ID_REUSED"},
			{"a move updates", []core.Event{about("4", 1, core.Move, "2025-05-01", func(e *core.Event) { e.Division = villageB })}, "updated"},
			{"the same arrival by another id changes nothing", []core.Event{about("5", 2, core.Arrive, "2025-03-01")}, "unchanged"},
			{"an overlap needs a look", []core.Event{about("6", 2, core.Arrive, "2025-04-01")}, "review:OVERLAPPING_STAYS"},
			{"a departure of nobody waits", []core.Event{about("7", 4, core.Leave, "2025-06-01")}, "pending:PERSON_NOT_ARRIVED"},
			{"until the arrival", []core.Event{arrive("8", 4, "2025-02-01")}, "created"},
			{"a correction of nothing waits", []core.Event{about("9", 5, core.Correct, "2025-06-01", func(e *core.Event) { e.Replaces = "10"; e.Phone = "13900000000" })}, "pending:TARGET_NOT_ARRIVED"},
			{"until its target", []core.Event{arrive("10", 5, "2025-02-01")}, "created"},
			{"a departure before the arrival", []core.Event{about("11", 3, core.Leave, "2025-02-01")}, "review:LEFT_BEFORE_ARRIVAL"},
			{"on one row is refused", []core.Event{about("12", 3, core.Leave, "2025-02-01", func(e *core.Event) { e.Arrived = civil.Must("2025-03-01") })}, "refused:LEFT_BEFORE_ARRIVAL"},
			{"a village that is gone on that day", []core.Event{about("13", 6, core.Arrive, "2026-01-01", func(e *core.Event) { e.Division = villageC })}, "refused:DIVISION_UNKNOWN"},
			{"a day that has not come", []core.Event{arrive("14", 6, "2026-07-01")}, "refused:DATE_IN_FUTURE"},
			{"nobody named", []core.Event{about("15", 6, core.Arrive, "2026-01-01", func(e *core.Event) { e.Document, e.Name = core.Document{}, "" })}, "refused:EVENT_WITHOUT_PERSON"},
			{"a name without a document", []core.Event{about("15a", 6, core.Arrive, "2026-01-01", func(e *core.Event) { e.Document = core.Document{} })}, "review:NO_DOCUMENT"},
			{"a resident that is not there", []core.Event{about("16", 6, core.Leave, "2026-01-01", func(e *core.Event) { e.ResidentID = "01JQZZZZZZZZZZZZZZZZZZZZZZ" })}, "refused:RESIDENT_NOT_FOUND"},
			{"two events of one new person", []core.Event{arrive("17", 7, "2025-03-01"), about("18", 7, core.Leave, "2025-04-01")}, "created updated"},
		} {
			if got := codes(feed(t, s, step.events...)); got != step.want {
				t.Errorf("%s: %s, want %s", step.name, got, step.want)
			}
		}
		person := lookup(t, s, citizen(civil.Must("1990-01-01"), 5+1))
		if person.Phone != "13900000000" {
			t.Error("the waiting correction was not applied")
		}
	})
}

func lookup(t *testing.T, s *SQL, d ident.Document) core.Resident {
	t.Helper()
	ids, err := s.Lookup(t.Context(), []core.Document{d})
	if err != nil || ids[0] == "" {
		t.Fatalf("not found: %v", err)
	}
	r, err := s.Resident(t.Context(), ids[0])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnsweringWithoutWriting(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		out, err := s.Record(t.Context(), []core.Event{arrive("1", 1, "2025-03-01")}, true, onDay(today))
		if err != nil || codes(out) != "created" || out[0].ResidentID != "" {
			t.Fatalf("%v %s", err, codes(out))
		}
		if got := codes(feed(t, s, arrive("1", 1, "2025-03-01"))); got != "created" {
			t.Errorf("the question was kept: %s", got)
		}
	})
}

// history draws events of a few persons: every kind, corrected numbers,
// newborns, corrections before their targets.
func history(r *rand.Rand, n int) []core.Event {
	out := make([]core.Event, n)
	for i := range out {
		who := r.IntN(4)
		day := civil.Must("2025-01-01").AddDays(r.IntN(60))
		e := about(fmt.Sprint(i), who, core.EventType(1+r.IntN(12)), day.String())
		e.TimeMS, e.Name = int64(r.IntN(3)), ""
		if r.IntN(3) == 0 {
			e.Sender, e.ID = "ga-990102", fmt.Sprint((i+7)%n) // an identifier that the other sender uses too
		}
		switch {
		case e.Type == core.Arrive || e.Type == core.Move:
			e.Division = []string{villageA, villageB}[r.IntN(2)]
		case e.Type == core.Birth:
			e.Document = certificate(who)
			if r.IntN(4) > 0 {
				e.MotherDocument = citizen(civil.Must("1990-01-01"), 1+r.IntN(5))
			}
		case e.Type.Amends():
			e.Replaces, e.Document = fmt.Sprint(r.IntN(n)), core.Document{}
			if e.Type == core.Correct && r.IntN(3) == 0 {
				e.Document = citizen(civil.Must("1990-01-01"), 1+r.IntN(4))
			}
			if e.Type == core.Correct && r.IntN(4) == 0 {
				e.MotherDocument = citizen(civil.Must("1990-01-01"), 1+r.IntN(5))
			}
		}
		out[i] = e
	}
	return out
}

// picture is what the tables say, with the first event of a resident in the
// place of the identifier, which is made up anew each time.
func picture(t *testing.T, s *SQL) []string {
	t.Helper()
	var out []string
	called := firstEvents(t, s)
	for name, l := range s.Listers() {
		if name == "division" || name == "unit" {
			continue
		}
		for _, f := range all(t, l) {
			id := f.ID
			if name == "person" {
				id = ""
			}
			for resident, first := range called { // also in mother_id
				f.Body = bytes.ReplaceAll(f.Body, []byte(resident), []byte(first))
			}
			out = append(out, fmt.Sprintf("%s %s %q", name, id, f.Body))
		}
	}
	slices.Sort(out)
	return out
}

// firstEvents names each resident by the first of its events.
func firstEvents(t *testing.T, s *SQL) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := s.db.Read(t.Context(), func(tx *gorm.DB) error {
		return sqlstore.Query(tx, func(r *sql.Rows) error {
			var resident, first string
			err := r.Scan(&resident, &first)
			out[resident] = "event " + first
			return err
		}, "SELECT resident_id, MIN(sender || '/' || event_id) FROM event WHERE resident_id <> '' GROUP BY resident_id")
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func all(t testing.TB, l recordstore.Ordered) (out []changefeed.Fact) {
	t.Helper()
	for after := ""; ; {
		list, err := l.ListOrdered(t.Context(), after, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			out, after = append(out, f.Fact), f.Key
		}
		if len(list) < 7 {
			return out
		}
	}
}

func TestAnyOrderAndAnyBatchesEndInOneState(t *testing.T) {
	mothers := 0
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 7))
		events := history(r, 24)
		var want []string
		for try := range 3 {
			s := open(t, testkit.SQLite(t, sets...))
			for rest := events; len(rest) > 0; {
				n := min(1+r.IntN(9), len(rest))
				feed(t, s, rest[:n]...)
				rest = rest[n:]
			}
			feed(t, s, events[:r.IntN(len(events))]...) // replayed
			got := picture(t, s)
			if try == 0 {
				want = got
			} else if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("seed %d, try %d: %s", seed, try, d)
			}
			r.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		}
		mothers += strings.Count(strings.Join(want, " "), "event ga-")
	}
	if mothers == 0 {
		t.Error("no child has a mother")
	}
}

func TestTheFeedEndsInWhatTheTablesSay(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		r := rand.New(rand.NewPCG(3, 9))
		for _, e := range history(r, 60) {
			feed(t, s, e)
		}
		replayed(t, s)
	})
}

func TestACorrectedNumberKeepsTheResident(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		wrong, right := citizen(civil.Must("1990-01-01"), 2), citizen(civil.Must("1990-01-01"), 9)
		first := feed(t, s, arrive("1", 1, "2025-03-01"))[0].ResidentID
		feed(t, s, about("2", 1, core.Correct, "2025-04-01", func(e *core.Event) { e.Replaces, e.Document = "1", right }))
		if got := lookup(t, s, right); got.ID != first {
			t.Error("the resident was not kept")
		}
		ids, err := s.Lookup(t.Context(), []core.Document{wrong})
		if err != nil || ids[0] != "" {
			t.Errorf("the wrong number still finds somebody: %v", err)
		}
	})
}

func TestANewbornKeepsBothDocuments(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		number := citizen(civil.Must("2026-01-05"), 1)
		birth := about("1", 1, core.Birth, "2026-01-05", func(e *core.Event) { e.Document, e.Division = certificate(1), villageA })
		first := feed(t, s, birth)[0].ResidentID
		feed(t, s, about("2", 1, core.Correct, "2026-03-01", func(e *core.Event) { e.Replaces, e.Document = "1", number }))
		for _, d := range []ident.Document{certificate(1), number} {
			if got := lookup(t, s, d); got.ID != first || got.Birth != civil.Must("2026-01-05") {
				t.Errorf("%+v", got.Birth)
			}
		}
	})
}

func TestListsByVillageAndAddress(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		var events []core.Event
		for i, house := range []int{20, 3, 100} {
			e := arrive(fmt.Sprint(i), i, "2025-03-01")
			e.Address = fmt.Sprintf("幸福路%d号", house)
			events = append(events, e)
		}
		feed(t, s, append(events, about("9", 1, core.Move, "2025-05-01", func(e *core.Event) { e.Division = villageB }))...)
		f := core.ResidentFilter{Division: "990101000000", Day: civil.Must("2025-04-01")}
		if got := addresses(t, s, f); got != "幸福路3号 幸福路20号 幸福路100号" {
			t.Errorf("April: %s", got)
		}
		f.Division, f.Day = villageA, civil.Must("2025-06-01")
		if got := addresses(t, s, f); got != "幸福路20号 幸福路100号" {
			t.Errorf("June: %s", got)
		}
		f.Sex = 1
		if got := addresses(t, s, f); got != "幸福路20号 幸福路100号" && got != "幸福路20号" && got != "幸福路100号" {
			t.Errorf("men: %s", got)
		}
		f.Division = "990199000000"
		if _, _, err := s.ListResidents(t.Context(), f, page.Query{}); err == nil {
			t.Error("an unknown division has no list")
		}
	})
}

func addresses(t *testing.T, s *SQL, f core.ResidentFilter) string {
	t.Helper()
	var out []string
	for token := ""; ; {
		list, next, err := s.ListResidents(context.WithoutCancel(t.Context()), f, page.Query{Size: 1, Token: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list {
			out = append(out, r.Stays[0].Address)
		}
		if token = next; next == "" {
			return strings.Join(out, " ")
		}
	}
}

func TestConcurrentSendersMakeOnePerson(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		const senders = 6
		done := make(chan error, senders)
		for n := range senders {
			go func() {
				e := arrive("1", 1, civil.Must("2025-03-01").AddDays(n*30).String())
				e.Sender = fmt.Sprintf("ga-%d", n)
				_, err := s.Record(context.WithoutCancel(t.Context()), []core.Event{e}, false, onDay(today))
				done <- err
			}()
		}
		for range senders {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if got := lookup(t, s, citizen(civil.Must("1990-01-01"), 2)); len(got.Stays) != senders {
			t.Errorf("%d stays of %d", len(got.Stays), senders)
		}
	})
}
