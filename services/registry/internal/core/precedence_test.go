package core

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
)

func by(sender string) func(*Event)    { return func(e *Event) { e.Sender = sender } }
func phone(number string) func(*Event) { return func(e *Event) { e.Phone = number } }
func address(text string) func(*Event) { return func(e *Event) { e.Address = text } }
func seenOn(day string) func(*Event)   { return func(e *Event) { e.FirstSeen = civil.Must(day) } }
func atDesk(e *Event)                  { e.Sender, e.ResidentID = Desk, "01J00000000000000000000000" }

func TestTheListOfSourcesIsRight(t *testing.T) {
	p, err := readPrecedence(sourcesYAML)
	if err != nil {
		t.Fatal(err)
	}
	for sender, want := range map[string]string{
		"ga": "public_security", "ga-990101": "public_security", "GA01": "public_security", "gab": "other", "mz-990101": "civil_affairs",
		"wj-1": "clinic", "ws_2": "clinic", "desk": "health_desk", "x": "other", "1": "other",
	} {
		if got := p.ids[p.kindOf(&effective{Event: Event{Sender: sender}})]; got != want {
			t.Errorf("%s is %s, want %s", sender, got, want)
		}
	}
	if got := p.kindOf(&effective{Event: Event{Sender: Desk}, desk: true}); p.ids[got] != "correction" {
		t.Errorf("a desk's correction is %s", p.ids[got])
	}
}

func TestAWrongListOfSourcesIsRefused(t *testing.T) {
	for _, tc := range []struct{ name, old, now string }{
		{"an unknown key", "contradiction_days: 30", "contradiction_days: 30\ncolour: red"},
		{"no days", "contradiction_days: 30", "contradiction_days: 0"},
		{"a kind without source", "source: GB 11643-1999\n", "source: ''\n"},
		{"letters of two kinds", "letters: [mz, mzj]", "letters: [mz, ga]"},
		{"letters that are no letters", "letters: [mz, mzj]", "letters: [mz-]"},
		{"a field that nobody knows", "  phone:", "  telephone:"},
		{"a kind left out of a field", "[own_word, other]]", "[other]]"},
		{"two kinds side by side for the day of arrival", "[own_word], [other]]", "[own_word, other]]"},
		{"the number not first", "[[number], [correction, public_security]", "[[correction, public_security], [number]"},
		{"no kind for others", "id: other", "id: rest"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := bytes.Replace(sourcesYAML, []byte(tc.old), []byte(tc.now), 1)
			if bytes.Equal(text, sourcesYAML) {
				t.Fatal("the list has no such text")
			}
			if _, err := readPrecedence(text); err == nil {
				t.Error("read")
			}
		})
	}
}

func TestWhoseWordCounts(t *testing.T) {
	type person struct{ Name, Phone, Hukou string }
	for _, tc := range []struct {
		name   string
		events []Event
		want   person
		flags  []string
	}{
		{
			"among equals the latest word",
			[]Event{ev("1", Arrive, "2025-03-01", by("ga-1"), named("王晓红"), phone("1")), ev("2", Move, "2025-04-01", by("ga-2"), named("王小红"), phone("2"))},
			person{"王小红", "2", ""},
			nil,
		},
		{
			"a clinic's later name does not replace that of the police, its telephone does",
			[]Event{ev("1", Arrive, "2025-03-01", by("ga-1"), named("王晓红"), phone("1")), ev("2", Move, "2025-04-01", by("wj-1"), named("王小红"), phone("2"))},
			person{"王晓红", "2", ""},
			nil,
		},
		{
			"nor does an earlier one",
			[]Event{ev("1", Arrive, "2025-03-01", by("wj-1"), named("王小红"), phone("1")), ev("2", Move, "2025-04-01", by("ga-1"), named("王晓红"), phone("2"))},
			person{"王晓红", "1", ""},
			nil,
		},
		{
			"what only a lower source says stands",
			[]Event{ev("1", Arrive, "2025-03-01", by("ga-1"), named("王晓红")), ev("2", Move, "2025-04-01", by("x"), phone("2"))},
			person{"王晓红", "2", ""},
			nil,
		},
		{
			"somebody else's name from a lower source is flagged",
			[]Event{ev("1", Arrive, "2025-03-01", by("ga-1"), named("王晓红")), ev("2", Move, "2025-04-01", by("wj-1"), named("李强"))},
			person{"王晓红", "", ""},
			[]string{"DOCUMENT_CONTRADICTS"},
		},
		{
			"and settled by a desk",
			[]Event{
				ev("1", Arrive, "2025-03-01", by("ga-1"), named("王晓红")), ev("2", Move, "2025-04-01", by("wj-1"), named("李强")),
				ev("3", Correct, "2025-05-01", atDesk, named("李强")),
			},
			person{"李强", "", ""},
			nil,
		},
		{
			"a lower source moves nobody's hukou",
			[]Event{ev("1", Arrive, "2025-03-01", by("ga-1"), hukou("360103")), ev("2", Move, "2025-04-01", by("wj-1"), hukou("350213"))},
			person{"", "", "360103"},
			[]string{"HUKOU_CONTRADICTS"},
		},
		{
			"but may say the same place better",
			[]Event{ev("1", Arrive, "2025-03-01", by("ga-1"), hukou("360103")), ev("2", Move, "2025-04-01", by("wj-1"), hukou("360103001002"))},
			person{"", "", "360103001002"},
			nil,
		},
		{
			"a higher source moves it",
			[]Event{ev("1", Arrive, "2025-03-01", by("wj-1"), hukou("360103")), ev("2", Move, "2025-04-01", by("ga-1"), hukou("350213"))},
			person{"", "", "360103 350213"},
			nil,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := Fold(tc.events)
			var places []string
			for _, h := range s.Hukou {
				places = append(places, h.Division)
			}
			if d := cmp.Diff(tc.want, person{s.Name, s.Phone, strings.Join(places, " ")}); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tc.flags, s.Flags); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestSourcesThatContradictEachOtherAboutAStay(t *testing.T) {
	police, clinic := by("ga-1"), by("wj-1")
	for _, tc := range []struct {
		name   string
		events []Event
		want   []string
		flags  []string
	}{
		{
			"two days of arrival: that of the police counts",
			[]Event{ev("1", Arrive, "2025-03-10", police), ev("2", Arrive, "2025-03-01", clinic)},
			[]string{villageA + " 2025-03-10 "},
			[]string{"ARRIVAL_CONTRADICTS"},
		},
		{
			"also when it is the earlier one",
			[]Event{ev("1", Arrive, "2025-03-01", police), ev("2", Arrive, "2025-03-31", clinic)},
			[]string{villageA + " 2025-03-01 "},
			[]string{"ARRIVAL_CONTRADICTS"},
		},
		{
			"thirty-one days apart they are two stays",
			[]Event{ev("1", Arrive, "2025-03-01", police), ev("2", Arrive, "2025-04-01", clinic)},
			[]string{villageA + " 2025-03-01 ", villageA + " 2025-04-01 "},
			[]string{"OVERLAPPING_STAYS"},
		},
		{
			"at two addresses they are two stays",
			[]Event{ev("1", Arrive, "2025-03-01", police, address("甲")), ev("2", Arrive, "2025-03-05", clinic, address("乙"))},
			[]string{villageA + " 2025-03-01 ", villageA + " 2025-03-05 "},
			[]string{"OVERLAPPING_STAYS"},
		},
		{
			"one source that says two days overlaps itself, as ever",
			[]Event{ev("1", Arrive, "2025-03-01", police), ev("2", Arrive, "2025-03-05", police)},
			[]string{villageA + " 2025-03-01 ", villageA + " 2025-03-05 "},
			[]string{"OVERLAPPING_STAYS"},
		},
		{
			"told again by the one who contradicts, it is still one stay",
			[]Event{ev("1", Arrive, "2025-03-01", police), ev("2", Arrive, "2025-03-05", clinic), ev("3", Arrive, "2025-03-05", clinic)},
			[]string{villageA + " 2025-03-01 "},
			[]string{"ARRIVAL_CONTRADICTS"},
		},
		{
			"coming back is no contradiction",
			[]Event{ev("1", Arrive, "2025-03-01", police), ev("2", Leave, "2025-03-10", police), ev("3", Arrive, "2025-03-12", clinic)},
			[]string{villageA + " 2025-03-01 2025-03-10", villageA + " 2025-03-12 "},
			nil,
		},
		{
			"a move to where a clinic saw the person before",
			[]Event{ev("1", Arrive, "2025-01-01", police), ev("2", Arrive, "2025-03-01", clinic, to(villageB)), ev("3", Move, "2025-03-05", police, to(villageB))},
			[]string{villageA + " 2025-01-01 2025-03-04", villageB + " 2025-03-05 "},
			[]string{"ARRIVAL_CONTRADICTS"},
		},
		{
			"two days of departure: that of the police counts",
			[]Event{ev("1", Arrive, "2025-03-01", police), ev("2", Leave, "2025-05-01", clinic), ev("3", Leave, "2025-05-10", police)},
			[]string{villageA + " 2025-03-01 2025-05-10"},
			[]string{"LEAVE_CONTRADICTS"},
		},
		{
			"also when it is the earlier one",
			[]Event{ev("1", Arrive, "2025-03-01", police), ev("2", Leave, "2025-05-01", police), ev("3", Leave, "2025-05-10", clinic)},
			[]string{villageA + " 2025-03-01 2025-05-01"},
			[]string{"LEAVE_CONTRADICTS"},
		},
		{
			"gone by one source, registered there later by another",
			[]Event{ev("1", Arrive, "2025-03-01", police), ev("2", Leave, "2025-05-01", police), ev("3", Arrive, "2025-05-20", clinic, arrived("2025-03-01"))},
			[]string{villageA + " 2025-03-01 2025-05-01"},
			[]string{"LEAVE_CONTRADICTS"},
		},
		{
			"gone by one source, seen there later by another",
			[]Event{ev("1", Arrive, "2025-03-01", police), ev("2", Leave, "2025-05-01", police), ev("3", Arrive, "2025-04-01", clinic, arrived("2025-03-01"), seenOn("2025-05-02"))},
			[]string{villageA + " 2025-03-01 2025-05-01"},
			[]string{"LEAVE_CONTRADICTS"},
		},
		{
			"one source that registers late contradicts nobody",
			[]Event{ev("1", Arrive, "2025-05-20", police, arrived("2025-03-01")), ev("2", Leave, "2025-05-01", police)},
			[]string{villageA + " 2025-03-01 2025-05-01"},
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

// manySources draws a history that several kinds of source tell, with permits.
func manySources(t *rapid.T) []Event {
	list := events(t)
	for i := range list {
		e := &list[i]
		e.Type = EventType(rapid.IntRange(1, 14).Draw(t, "any type"))
		e.Sender = rapid.SampledFrom([]string{"ga-1", "ga-2", "wj-1", "mz-1", "x"}).Draw(t, "kind of sender")
		e.Replaces = ""
		if e.Type.Amends() {
			e.Replaces = rapid.StringMatching(`[0-9]`).Draw(t, "target")
		}
		e.Phone = rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "phone")
		e.HukouDivision = rapid.SampledFrom([]string{"", "", "360103", "350213"}).Draw(t, "hukou")
		e.PermitNumber = rapid.SampledFrom([]string{"", "", "P1", "P2"}).Draw(t, "permit")
		e.PermitPoints = rapid.SampledFrom([]int{0, 0, 80, 120}).Draw(t, "points")
		e.Reason = rapid.IntRange(0, 2).Draw(t, "reason")
		if e.Sender == "x" && e.Type == Correct && rapid.Bool().Draw(t, "at a desk") {
			atDesk(e)
			e.Replaces = ""
		}
	}
	return list
}

func TestTheStateIsAFunctionOfTheSetOfManySources(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := manySources(t)
		want := FoldTraced(list)
		shuffled := append(append([]Event{}, list...), list[:len(list)/2]...)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		got := FoldTraced(shuffled)
		if got.Digest() != want.Digest() {
			t.Fatalf("another order, another state:\n%s", cmp.Diff(stays(want), stays(got)))
		}
		if d := cmp.Diff(want.Stays, got.Stays); d != "" {
			t.Fatalf("another order, other sources: %s", d)
		}
		if d := cmp.Diff(want.Permits, got.Permits); d != "" {
			t.Fatalf("another order, other sources: %s", d)
		}
		if Fold(list).Digest() != want.Digest() {
			t.Fatal("tracing changes the state")
		}
	})
}

func TestStaysOfManySourcesNeverEndBeforeTheyBegin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, s := range Fold(manySources(t)).Stays {
			if s.Left != civil.None && s.Left < s.Arrived {
				t.Fatalf("%v … %v", s.Arrived, s.Left)
			}
		}
	})
}

func TestSourcesOfAStay(t *testing.T) {
	s := FoldTraced([]Event{
		ev("1", Arrive, "2025-03-10", by("ga-1"), arrived("2025-03-01"), address("甲")),
		ev("2", Correct, "2025-04-01", by("ga-1"), about("1"), arrived("2025-03-02")),
		ev("3", Arrive, "2025-03-20", by("wj-1"), arrived("2025-03-02"), address("甲"), seenOn("2025-03-21")),
		ev("4", Leave, "2025-06-01", by("wj-1")),
		ev("5", Correct, "2025-06-02", by("wj-1"), about("4")),
	})
	want := []Source{
		{"division", "ga-1", "1"},
		{"address", "ga-1", "1"},
		{"arrived_date", "ga-1", "2"},
		{"registered_date", "ga-1", "1"},
		{"first_seen_date", "wj-1", "3"},
		{"left_date", "wj-1", "5"},
	}
	if len(s.Stays) != 1 {
		t.Fatalf("%+v", s.Stays)
	}
	if d := cmp.Diff(want, s.Stays[0].Sources); d != "" {
		t.Error(d)
	}
}
