package core

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
)

func stayAt(address, from, until string) Stay {
	s := Stay{Division: "990101001001", Address: address, Arrived: civil.Must(from)}
	if until != "" {
		s.Left = civil.Must(until)
	}
	return s
}

func TestSharedSpansAreTheDaysOnWhichBothLivedThere(t *testing.T) {
	span := func(from, until string) Span {
		s := Span{From: civil.Must(from)}
		if until != "" {
			s.Until = civil.Must(until)
		}
		return s
	}
	for _, c := range []struct {
		name string
		a, b []Stay
		want []Span
	}{
		{"both go on", []Stay{stayAt("幸福路1号", "2024-03-01", "")}, []Stay{stayAt("幸福路1号", "2025-01-01", "")}, []Span{span("2025-01-01", "")}},
		{"one leaves", []Stay{stayAt("幸福路1号", "2024-03-01", "2025-02-28")}, []Stay{stayAt("幸福路1号", "2025-01-01", "")}, []Span{span("2025-01-01", "2025-02-28")}},
		{"the day of leaving is shared", []Stay{stayAt("幸福路1号", "2024-01-01", "2024-02-29")}, []Stay{stayAt("幸福路1号", "2024-02-29", "")}, []Span{span("2024-02-29", "2024-02-29")}},
		{"the day after is not", []Stay{stayAt("幸福路1号", "2024-01-01", "2024-02-29")}, []Stay{stayAt("幸福路1号", "2024-03-01", "")}, nil},
		{
			"a gap",
			[]Stay{stayAt("幸福路1号", "2024-01-01", "2024-03-31"), stayAt("幸福路1号", "2024-05-01", "")},
			[]Stay{stayAt("幸福路1号", "2024-02-01", "")},
			[]Span{span("2024-02-01", "2024-03-31"), span("2024-05-01", "")},
		},
		{
			"a gap of no day is none, over a leap day",
			[]Stay{stayAt("幸福路1号", "2024-01-01", "2024-02-28"), stayAt("幸福路1号", "2024-02-29", "")},
			[]Stay{stayAt("幸福路1号", "2024-02-01", "")},
			[]Span{span("2024-02-01", "")},
		},
		{
			"the 28th and 1 March of a common year touch",
			[]Stay{stayAt("幸福路1号", "2025-01-01", "2025-02-28"), stayAt("幸福路1号", "2025-03-01", "")},
			[]Stay{stayAt("幸福路1号", "2025-02-01", "")},
			[]Span{span("2025-02-01", "")},
		},
		{
			"of a leap year they do not",
			[]Stay{stayAt("幸福路1号", "2024-01-01", "2024-02-28"), stayAt("幸福路1号", "2024-03-01", "")},
			[]Stay{stayAt("幸福路1号", "2024-02-01", "")},
			[]Span{span("2024-02-01", "2024-02-28"), span("2024-03-01", "")},
		},
		{
			"they move together",
			[]Stay{stayAt("幸福路1号", "2024-01-01", "2024-06-30"), stayAt("和平路2号", "2024-07-01", "")},
			[]Stay{stayAt("幸福路1号", "2024-01-01", "2024-06-30"), stayAt("和平路2号", "2024-07-05", "")},
			[]Span{span("2024-01-01", "2024-06-30"), span("2024-07-05", "")},
		},
		{
			"stays that overlap",
			[]Stay{stayAt("幸福路1号", "2024-01-01", "2024-06-30"), stayAt("幸福路1号", "2024-05-01", "2024-12-31")},
			[]Stay{stayAt("幸福路1号", "2024-01-01", "")},
			[]Span{span("2024-01-01", "2024-12-31")},
		},
		{
			"one inside the other",
			[]Stay{stayAt("幸福路1号", "2024-01-01", ""), stayAt("幸福路1号", "2024-05-01", "2024-06-30")},
			[]Stay{stayAt("幸福路1号", "2024-01-01", "")},
			[]Span{span("2024-01-01", "")},
		},
		{"another address", []Stay{stayAt("幸福路1号", "2024-01-01", "")}, []Stay{stayAt("幸福路2号", "2024-01-01", "")}, nil},
		{"no address", []Stay{stayAt("", "2024-01-01", "")}, []Stay{stayAt("", "2024-01-01", "")}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, SharedSpans(c.a, c.b)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.want, SharedSpans(c.b, c.a)); diff != "" {
				t.Error("the other way round", diff)
			}
		})
	}
	other := stayAt("幸福路1号", "2024-01-01", "")
	other.Division = "990101001002"
	if len(SharedSpans([]Stay{other}, []Stay{stayAt("幸福路1号", "2024-01-01", "")})) > 0 {
		t.Error("one text in two villages is two addresses")
	}
}

// Day by day the spans say what the stays say.
func TestSharedSpansAreWhatTheDaysSay(t *testing.T) {
	base := civil.Must("2024-02-20")
	draw := rapid.Custom(func(t *rapid.T) Stay {
		s := Stay{Division: "990101001001", Address: rapid.SampledFrom([]string{"甲", "乙"}).Draw(t, "address"), Arrived: base.AddDays(rapid.IntRange(0, 25).Draw(t, "from"))}
		if rapid.Bool().Draw(t, "left") {
			s.Left = s.Arrived.AddDays(rapid.IntRange(0, 9).Draw(t, "days"))
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOfN(draw, 0, 4).Draw(t, "a"), rapid.SliceOfN(draw, 0, 4).Draw(t, "b")
		spans := SharedSpans(a, b)
		for day := base; day < base.AddDays(40); day++ {
			want := false
			for _, x := range a {
				for _, y := range b {
					want = want || x.On(day) && y.On(day) && x.SharesAddress(y)
				}
			}
			got := 0
			for _, s := range spans {
				if s.From <= day && (s.Until == civil.None || day <= s.Until) {
					got++
				}
			}
			if want && got != 1 || !want && got != 0 {
				t.Fatalf("%s lies in %d spans, shared: %v", day, got, want)
			}
		}
	})
}

func TestARelationReadFromTheOtherSide(t *testing.T) {
	for _, c := range []struct {
		name            string
		kind, sex, want int
	}{
		{"who has a mother is her child", RelationMother, 1, RelationChild},
		{"who has a father is his child", RelationFather, 2, RelationChild},
		{"a man with a child is the father", RelationChild, 1, RelationFather},
		{"a woman with a child is the mother", RelationChild, 2, RelationMother},
		{"somebody with a child is a parent", RelationChild, 0, TieParent},
		{"who has a guardian is the ward", RelationGuardian, 1, TieWard},
		{"spouses are each other's", RelationSpouse, 1, RelationSpouse},
		{"family members are each other's", RelationCohabiting, 2, RelationCohabiting},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Inverse(c.kind, c.sex); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

func TestAPermitHoldsFromIssueUntilItEnds(t *testing.T) {
	p := Permit{Issued: civil.Must("2024-02-29"), ValidUntil: civil.Must("2025-02-28")}
	for _, c := range []struct {
		name string
		p    Permit
		day  string
		want bool
	}{
		{"the day before the issue", p, "2024-02-28", false},
		{"the day of issue", p, "2024-02-29", true},
		{"the last day", p, "2025-02-28", true},
		{"the day after", p, "2025-03-01", false},
		{"on the first day of lapse", Permit{Issued: p.Issued, Lapsed: civil.Must("2024-06-01")}, "2024-06-01", false},
		{"on the first day of cancellation", Permit{Issued: p.Issued, Cancelled: civil.Must("2024-06-01")}, "2024-06-01", false},
		{"without an end", Permit{Issued: p.Issued}, "2034-06-01", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := (State{Permits: []Permit{c.p}}).HoldsPermit(civil.Must(c.day)); got != c.want {
				t.Error(got)
			}
		})
	}
}
