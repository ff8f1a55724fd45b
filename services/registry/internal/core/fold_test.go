package core

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

const (
	villageA = "990101001001"
	villageB = "990101001002"
)

var woman = mustDocument("990101198811120063")

func mustDocument(number string) ident.Document {
	d, err := ident.Parse(ident.CitizenCard, number, "")
	if err != nil {
		panic(err)
	}
	return d
}

// ev makes an event of the invented woman.
func ev(id string, t EventType, day string, set ...func(*Event)) Event {
	e := Event{Sender: "ga", ID: id, Type: t, Effective: civil.Must(day), Document: woman}
	if t == Arrive || t == Move {
		e.Division = villageA
	}
	for _, f := range set {
		f(&e)
	}
	return e
}

func to(division string) func(*Event)       { return func(e *Event) { e.Division = division } }
func arrived(day string) func(*Event)       { return func(e *Event) { e.Arrived = civil.Must(day) } }
func about(id string) func(*Event)          { return func(e *Event) { e.Replaces = id } }
func named(name string) func(*Event)        { return func(e *Event) { e.Name = name } }
func hukou(division string) func(*Event)    { return func(e *Event) { e.HukouDivision = division } }
func recorded(ms int64) func(*Event)        { return func(e *Event) { e.TimeMS = ms } }
func points(n int) func(*Event)             { return func(e *Event) { e.PermitPoints = n } }
func carries(d ident.Document) func(*Event) { return func(e *Event) { e.Document = d } }

// stays writes stays as "division arrived left", for short comparisons.
func stays(s State) (out []string) {
	for _, t := range s.Stays {
		out = append(out, t.Division+" "+t.Arrived.String()+" "+t.Left.String())
	}
	return out
}

func TestStays(t *testing.T) {
	for _, tc := range []struct {
		name   string
		events []Event
		want   []string
		flags  []string
	}{
		{"an arrival opens a stay from the day claimed", []Event{ev("1", Arrive, "2025-03-10", arrived("2025-03-01"))}, []string{villageA + " 2025-03-01 "}, nil},
		{"a departure closes it on its last day", []Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-05-10")}, []string{villageA + " 2025-03-01 2025-05-10"}, nil},
		{
			"a move closes the stay on the day before",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Move, "2025-05-10", to(villageB))},
			[]string{villageA + " 2025-03-01 2025-05-09", villageB + " 2025-05-10 "},
			nil,
		},
		{
			"leaving and coming back makes two stays",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-05-10"), ev("3", Arrive, "2025-05-26")},
			[]string{villageA + " 2025-03-01 2025-05-10", villageA + " 2025-05-26 "},
			nil,
		},
		{
			"leaving and arriving elsewhere on one day is no overlap",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-05-10"), ev("3", Arrive, "2025-05-10", to(villageB))},
			[]string{villageA + " 2025-03-01 2025-05-10", villageB + " 2025-05-10 "},
			nil,
		},
		{
			"two open stays are both kept and flagged",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Arrive, "2025-05-10", to(villageB))},
			[]string{villageA + " 2025-03-01 ", villageB + " 2025-05-10 "},
			[]string{"OVERLAPPING_STAYS"},
		},
		{"the same arrival told twice is one stay", []Event{ev("1", Arrive, "2025-03-01"), ev("2", Arrive, "2025-03-01")}, []string{villageA + " 2025-03-01 "}, nil},
		{
			"a departure before all arrivals changes nothing and is flagged",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-02-10")},
			[]string{villageA + " 2025-03-01 "},
			[]string{"LEFT_BEFORE_ARRIVAL"},
		},
		{
			"a second departure changes nothing and is flagged",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-04-10"), ev("3", Leave, "2025-04-12")},
			[]string{villageA + " 2025-03-01 2025-04-10"},
			[]string{"LEAVE_WITHOUT_STAY"},
		},
		{
			"the same departure told twice is one",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-04-10"), ev("3", Leave, "2025-04-10")},
			[]string{villageA + " 2025-03-01 2025-04-10"},
			nil,
		},
		{
			"a correction moves the arrival",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Correct, "2025-06-01", about("1"), arrived("2025-05-20"))},
			[]string{villageA + " 2025-05-20 "},
			nil,
		},
		{
			"a correction of a name moves nobody",
			[]Event{ev("1", Arrive, "2025-03-01", named("王晓红")), ev("2", Correct, "2025-06-01", about("1"), named("王小红"))},
			[]string{villageA + " 2025-03-01 "},
			nil,
		},
		{
			"of two corrections the later recorded counts",
			[]Event{
				ev("1", Arrive, "2025-03-01"), ev("2", Correct, "2025-06-01", about("1"), arrived("2025-05-20"), recorded(20)),
				ev("3", Correct, "2025-06-01", about("1"), arrived("2025-04-20"), recorded(10)),
			},
			[]string{villageA + " 2025-05-20 "},
			nil,
		},
		{
			"a correction of a correction is about the event itself",
			[]Event{
				ev("1", Arrive, "2025-03-01"), ev("2", Correct, "2025-06-01", about("1"), arrived("2025-05-20"), recorded(10)),
				ev("3", Correct, "2025-06-01", about("2"), arrived("2025-04-20"), recorded(20)),
			},
			[]string{villageA + " 2025-04-20 "},
			nil,
		},
		{
			"a departure's day is corrected by the effective date",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-05-10"), ev("3", Correct, "2025-05-12", about("2"))},
			[]string{villageA + " 2025-03-01 2025-05-12"},
			nil,
		},
		{
			"a voided departure did not happen",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-05-10"), ev("3", Void, "2025-06-01", about("2"))},
			[]string{villageA + " 2025-03-01 "},
			nil,
		},
		{
			"a voided void restores",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-05-10"), ev("3", Void, "2025-06-01", about("2")), ev("4", Void, "2025-06-02", about("3"))},
			[]string{villageA + " 2025-03-01 2025-05-10"},
			nil,
		},
		{
			"death ends the stay on the day",
			[]Event{ev("1", Arrive, "2025-03-01"), ev("2", Death, "2025-07-01")},
			[]string{villageA + " 2025-03-01 2025-07-01"},
			nil,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := Fold(tc.events)
			if d := cmp.Diff(tc.want, stays(got)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tc.flags, got.Flags); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAVoidedArrivalLeavesNobody(t *testing.T) {
	s := Fold([]Event{ev("1", Arrive, "2025-03-01"), ev("2", Leave, "2025-05-10"), ev("3", Void, "2025-06-01", about("1"))})
	if s.Exists || len(s.Stays) != 0 || s.Waiting[1] != WaitPerson {
		t.Errorf("%+v", s)
	}
}

func TestWhatWaits(t *testing.T) {
	s := Fold([]Event{
		ev("1", Arrive, "2025-03-01"), ev("2", PermitEndorse, "2025-05-10"), ev("3", Correct, "2025-06-01", about("none")),
		ev("4", Void, "2025-06-01", about("5")), ev("5", Void, "2025-06-01", about("4")),
	})
	want := map[int]string{1: "PERMIT_NOT_ISSUED", 2: "TARGET_NOT_ARRIVED", 3: "TARGET_NOT_ARRIVED", 4: "TARGET_NOT_ARRIVED"}
	got := map[int]string{}
	for i, w := range s.Waiting {
		got[i] = w.Reason
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestPermits(t *testing.T) {
	s := Fold([]Event{
		ev("1", Arrive, "2024-03-01"), ev("2", PermitIssue, "2024-09-01", points(80)), ev("3", PermitEndorse, "2025-08-20", points(120)),
		ev("4", PermitLapse, "2026-09-02"), ev("5", PermitCancel, "2026-10-01"),
	})
	want := []Permit{{
		ID: EventKey("ga", "2"), Issued: civil.Must("2024-09-01"), Endorsed: []civil.Date{civil.Must("2025-08-20")},
		Lapsed: civil.Must("2026-09-02"), Cancelled: civil.Must("2026-10-01"),
		Points: []Points{{civil.Must("2024-09-01"), 80}, {civil.Must("2025-08-20"), 120}},
	}}
	if d := cmp.Diff(want, s.Permits); d != "" {
		t.Error(d)
	}
}

func TestPersons(t *testing.T) {
	s := Fold([]Event{
		ev("1", Arrive, "2024-03-01", hukou("360103"), named("王晓红")),
		ev("2", Move, "2025-03-01", to(villageB), hukou("360103001002"), named("王小红")),
		ev("3", HukouIn, "2026-01-10", to("990101")),
	})
	if s.Birth != civil.Must("1988-11-12") || s.Sex != 2 {
		t.Errorf("birth and sex are in the number: %v %d", s.Birth, s.Sex)
	}
	want := []HukouSpan{{Division: "360103001002"}, {From: civil.Must("2026-01-10"), Division: "990101"}}
	if d := cmp.Diff(want, s.Hukou); d != "" {
		t.Error(d)
	}
	if s.Name != "王小红" || len(s.Flags) != 0 {
		t.Errorf("a spelling is no contradiction: %s %v", s.Name, s.Flags)
	}
}

func TestContradictionsAreFlagged(t *testing.T) {
	for _, tc := range []struct {
		name string
		set  func(*Event)
		want []string
	}{
		{"another name", named("李强"), []string{"DOCUMENT_CONTRADICTS"}},
		{"another sex than the number says", func(e *Event) { e.Sex = 1 }, []string{"DOCUMENT_CONTRADICTS"}},
		{"another birth date than the number says", func(e *Event) { e.Birth = civil.Must("1990-01-01") }, []string{"DOCUMENT_CONTRADICTS"}},
		{"a character from the private use area", named("王\ue000红"), []string{"NAME_PRIVATE_USE"}},
		{"the same name", named("王小红"), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := Fold([]Event{ev("1", Arrive, "2024-03-01", named("王小红")), ev("2", Move, "2025-03-01", tc.set)})
			if d := cmp.Diff(tc.want, s.Flags); d != "" {
				t.Error(d)
			}
			if s.Birth != civil.Must("1988-11-12") || s.Sex != 2 {
				t.Error("the number decides")
			}
		})
	}
}

// events draws a history of one person with corrections and voids among them.
func events(t *rapid.T) []Event {
	n := rapid.IntRange(1, 14).Draw(t, "n")
	out := make([]Event, n)
	ids := rapid.SampledFrom([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})
	for i := range out {
		e := &out[i]
		*e = Event{
			Sender: rapid.SampledFrom([]string{"ga", "gb"}).Draw(t, "sender"), ID: string(rune('0' + i)), Document: woman,
			Type:      EventType(rapid.IntRange(1, 12).Draw(t, "type")),
			Effective: civil.Must("2025-01-01").AddDays(rapid.IntRange(0, 40).Draw(t, "day")),
			TimeMS:    int64(rapid.IntRange(0, 3).Draw(t, "time")),
			Division:  rapid.SampledFrom([]string{villageA, villageB}).Draw(t, "division"),
			Name:      rapid.SampledFrom([]string{"", "王小红", "李强"}).Draw(t, "name"),
		}
		if rapid.Bool().Draw(t, "claims") {
			e.Arrived = e.Effective.AddDays(-rapid.IntRange(0, 9).Draw(t, "earlier"))
		}
		if e.Type.Amends() {
			e.Replaces = ids.Draw(t, "about")
		}
	}
	return out
}

func TestTheStateIsAFunctionOfTheSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := events(t)
		want := Fold(list).Digest()
		seed := rapid.Uint64().Draw(t, "seed")
		shuffled := append(append([]Event{}, list...), list[:len(list)/2]...) // some twice
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if Fold(shuffled).Digest() != want {
			t.Fatalf("another order, another state:\n%s", cmp.Diff(stays(Fold(list)), stays(Fold(shuffled))))
		}
	})
}

func TestStaysNeverEndBeforeTheyBegin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range Fold(events(t)).Stays {
			if s.Left != civil.None && s.Left < s.Arrived {
				t.Fatalf("%v … %v", s.Arrived, s.Left)
			}
		}
	})
}
