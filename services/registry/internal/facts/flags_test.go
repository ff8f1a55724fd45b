package facts_test

import (
	"fmt"
	"strings"
	"testing"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/facts"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
)

func TestTheFlagsOfARecordGoWithThePersonSortedAndEachOnce(t *testing.T) {
	flags := []string{"OVERLAPPING_STAYS", "NO_DOCUMENT", "OVERLAPPING_STAYS"}
	var got feedv1.PersonFact
	if err := proto.Unmarshal(facts.Person(core.Person{}, flags, nil, civil.Must("2020-03-10")).Body, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"NO_DOCUMENT", "OVERLAPPING_STAYS"}, got.GetFlags()); diff != "" {
		t.Error(diff)
	}
	if flags[0] != "OVERLAPPING_STAYS" {
		t.Error("the state's own list was changed")
	}
}

// TestAFlagCarriesTheDaysOnWhichItHeld through a life of being set and cleared, and
// through encodings of the person in between.
func TestAFlagCarriesTheDaysOnWhichItHeld(t *testing.T) {
	type turn struct {
		day string
		on  bool
	}
	for name, c := range map[string]struct {
		turns []turn
		want  string
	}{
		"found":                          {[]turn{{"2020-03-10", true}}, "20200310-0"},
		"decided":                        {[]turn{{"2020-03-10", true}, {"2020-05-05", false}}, "20200310-20200505"},
		"found and decided on one day":   {[]turn{{"2020-03-10", true}, {"2020-03-10", false}}, ""},
		"found again":                    {[]turn{{"2020-03-10", true}, {"2020-05-05", false}, {"2020-06-01", true}}, "20200310-20200505 20200601-0"},
		"found again on the day":         {[]turn{{"2020-03-10", true}, {"2020-05-05", false}, {"2020-05-05", true}}, "20200310-0"},
		"found again and decided":        {[]turn{{"2020-03-10", true}, {"2020-05-05", false}, {"2020-05-05", true}, {"2020-05-06", false}}, "20200310-20200506"},
		"set twice":                      {[]turn{{"2020-03-10", true}, {"2020-04-10", true}}, "20200310-0"},
		"cleared without having been so": {[]turn{{"2020-03-10", false}}, ""},
		"by a clock that went back":      {[]turn{{"2020-03-10", true}, {"2020-03-01", false}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			body, folded := facts.Person(core.Person{}, nil, nil, civil.None).Body, facts.Person(core.Person{}, nil, nil, civil.None).Body
			var flags []string
			for _, x := range c.turns {
				f, err := facts.Flagged(body, "F", x.on, civil.Must(x.day))
				if err != nil {
					t.Fatal(err)
				}
				if flags = nil; x.on {
					flags = []string{"F"}
				}
				body = facts.Person(core.Person{}, flags, f.Body, civil.Must("2021-01-01")).Body
				if string(body) != string(f.Body) {
					t.Fatalf("encoded again it is another: %x, %x", f.Body, body)
				}
				folded = facts.Person(core.Person{}, flags, folded, civil.Must(x.day)).Body
				if string(folded) != string(body) {
					t.Fatalf("a flag of the folded state has other days than one that is set beside it: %x, %x", folded, body)
				}
			}
			var got feedv1.PersonFact
			if err := proto.Unmarshal(body, &got); err != nil {
				t.Fatal(err)
			}
			var spans []string
			for _, s := range got.GetFlagSpans() {
				spans = append(spans, fmt.Sprintf("%d-%d", s.GetFromYmd(), s.GetUntilYmd()))
			}
			if diff := cmp.Diff(c.want, strings.Join(spans, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestAFlagFromBeforeThereWereDaysHasNone: it holds without days, and goes without a
// trace, while another one that comes meanwhile has its days.
func TestAFlagFromBeforeThereWereDaysHasNone(t *testing.T) {
	old, err := proto.Marshal(&feedv1.PersonFact{Flags: []string{"OLD"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		flags []string
		want  []*feedv1.FlagSpan
	}{
		{[]string{"OLD"}, nil},
		{[]string{"NEW", "OLD"}, []*feedv1.FlagSpan{{Flag: "NEW", FromYmd: 20200310}}},
		{nil, nil},
	} {
		var got feedv1.PersonFact
		if err := proto.Unmarshal(facts.Person(core.Person{}, c.flags, old, civil.Must("2020-03-10")).Body, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got.GetFlagSpans(), protocmp.Transform()); diff != "" {
			t.Errorf("%v: %s", c.flags, diff)
		}
	}
}
