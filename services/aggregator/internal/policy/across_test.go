package policy_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

const eraPack = `
id: NAME
version: 1
name: {zh: 甲, en: an era}
valid_from: FROM
valid_to: UNTIL
rules:
  - {id: R-GROWN, name: {zh: 成年, en: grown up}, eligible: {all: [{present: {}}, {age: {from: 18y}}]}}
  - {id: R-OLD, name: {zh: 老年, en: old}, eligible: {all: [{present: {}}, {age: {from: 65y}}]}}
indicators:
  - {id: GROWN, name: {zh: 成年, en: grown up}, kind: stock, eligible: {all: [{present: {}}, {age: {from: 18y}}]}, covered: {present: {}}}
  - {id: TAUGHT, name: {zh: 讲座, en: lectures}, kind: flow, period: calendar_year, events: {services: {kind: education}}, eligible: {present: {}}, covered: {entered: {within_days: 3}}}
`

// TestAnAnswerGoesOnWhereAnotherPackFollows: a pack ends and the next one has the
// same items; nothing changes for the person on that day.
func TestAnAnswerGoesOnWhereAnotherPackFollows(t *testing.T) {
	era := func(name, from, until string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(strings.NewReplacer("NAME", name, "FROM", from, "UNTIL", until).Replace(eraPack))}
	}
	packs, err := policy.Load(fstest.MapFS{"a.yaml": era("a", "2010-01-01", "2022-12-31"), "b.yaml": era("b", "2023-01-01", "2040-12-31")})
	if err != nil {
		t.Fatal(err)
	}
	day := civil.Must
	r := &facts.Resident{ID: "R", Person: facts.Person{Key: facts.Key{ID: "person"}, Birth: day("2000-05-01"), Sex: facts.Male}}
	r.Residences = []facts.Residence{{Key: facts.Key{ID: "stay"}, Division: "990101001201", Arrived: day("2015-01-01")}}
	r.Educations = []facts.Education{{Key: facts.Key{ID: "E1", Recorded: day("2022-03-01")}, On: day("2022-03-01")}, {Key: facts.Key{ID: "E2", Recorded: day("2022-12-30")}, On: day("2022-11-01")}, {Key: facts.Key{ID: "E3"}, On: day("2024-02-01")}}
	world := facts.NewWorld([]facts.Division{
		{Code: "990000000000", Name: "九九省", Level: facts.Province},
		{Code: "990101000000", Name: "演示县", Level: facts.County, Parent: "990000000000"},
		{Code: "990101001201", Name: "一村", Level: facts.Village, Parent: "990101000000"},
	}, nil)
	for _, c := range []struct {
		item, on, from, until, change string
		eligible, covered             bool
	}{
		{"R-GROWN", "2017-01-01", "2018-05-01", "2041-01-01", "2018-05-01", false, false},
		{"R-GROWN", "2022-12-31", "2018-05-01", "2041-01-01", "2041-01-01", true, false},
		{"R-GROWN", "2023-01-01", "2018-05-01", "2041-01-01", "2041-01-01", true, false},
		{"GROWN", "2022-06-01", "2018-05-01", "2041-01-01", "2041-01-01", true, true},
		{"GROWN", "2017-06-01", "2018-05-01", "2041-01-01", "2018-05-01", false, false},
		{"R-OLD", "2022-06-01", "", "", "", false, false},
		{"TAUGHT", "2022-01-31", "2022-03-01", "2023-01-01", "2022-03-01", false, false},
		{"TAUGHT", "2022-04-01", "2022-03-01", "2023-01-01", "2022-11-01", true, true},
		{"TAUGHT", "2022-12-01", "2022-03-01", "2023-01-01", "2023-01-01", true, false},
		{"TAUGHT", "2023-06-01", "2024-02-01", "2025-01-01", "2024-02-01", false, false},
	} {
		t.Run(c.item+" on "+c.on, func(t *testing.T) {
			p, _, ok := packs.PackOf(r, world, day(c.on))
			if !ok {
				t.Fatal("no pack in force")
			}
			for _, x := range packs.Explain(p, r, world, day(c.on), func(string) bool { return true }) {
				if x.ID != c.item {
					continue
				}
				if x.Eligible != c.eligible || x.Covered != c.covered || shown(x.From) != c.from || shown(x.To) != c.until || shown(x.NextChange) != c.change {
					t.Errorf("eligible %t covered %t from %s until %s, next change %s", x.Eligible, x.Covered, shown(x.From), shown(x.To), shown(x.NextChange))
				}
				if c.from != "" && !strings.Contains(x.Reason.Chinese, c.from) && !strings.HasPrefix(c.item, "TAUGHT") {
					t.Errorf("the reason does not name the day: %s", x.Reason.Chinese)
				}
			}
		})
	}
}

func shown(d civil.Date) string {
	if d == civil.None {
		return ""
	}
	return d.String()
}
