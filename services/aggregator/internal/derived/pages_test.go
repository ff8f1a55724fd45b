package derived

import (
	"cmp"
	"slices"
	"testing"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// fakeLines is a state with the lines of one indicator, all of them there.
type fakeLines struct {
	coverage.View
	world *facts.World
	lines []store.LineRow
}

func (l *fakeLines) World() *facts.World { return l.world }

func (l *fakeLines) Deriver() *derive.Deriver { return noPacks }

var noPacks = derive.New(&policy.Catalogue{})

func (l *fakeLines) Direct(_ ledger.Key, code string, _ civil.Date) (n ledger.Count) {
	for i := range l.lines {
		if l.lines[i].Village == code {
			n.Eligible += l.lines[i].Weight
		}
	}
	return n
}

func (l *fakeLines) Count(ledger.Key, string, civil.Date) ledger.Count { return ledger.Count{} }

func placeOfRow(l *store.LineRow) store.LinePlace {
	return store.LinePlace{Village: l.Village, SortKey: l.SortKey, ResidentID: l.ResidentID, EventID: l.EventID}
}

func (l *fakeLines) read(p store.LinePage) (out []store.LineRow, err error) {
	after := coverage.Place(p.After)
	for i := range l.lines {
		if at := coverage.Place(placeOfRow(&l.lines[i])); at.After(after) && at.Village <= p.Last && len(out) < p.Limit {
			out = append(out, l.lines[i])
		}
	}
	return out, nil
}

// Villages of two townships whose codes lie between each other, and a unit.
func TestPagesOfAnUncoveredListAreTheListWhateverLiesBetween(t *testing.T) {
	const one, other = "990101001000", "990101002000"
	codes := []string{"990101001201", "990101001202", "990101001203", "990101001204", "990101001205"}
	testkit.Fewer(t)
	rapid.Check(t, func(t *rapid.T) {
		divisions := []facts.Division{{Code: one, Level: facts.Township}, {Code: other, Level: facts.Township}}
		mine := map[string]bool{}
		for _, code := range codes {
			at := rapid.SampledFrom([]string{one, other}).Draw(t, "township")
			mine[code] = at == one
			divisions = append(divisions, facts.Division{Code: code, Level: facts.Village, Parent: at})
		}
		l := &fakeLines{world: facts.NewWorld(divisions, nil)}
		var want []coverage.Place
		for i := range rapid.IntRange(0, 40).Draw(t, "lines") {
			l.lines = append(l.lines, store.LineRow{
				Village: rapid.SampledFrom(codes).Draw(t, "village"), SortKey: string(rune('a' + i%5)), ResidentID: string(rune('A' + i)),
				Weight: int32(rapid.SampledFrom([]int{1, 1, 2, 50}).Draw(t, "weight")),
			})
		}
		slices.SortFunc(l.lines, func(a, b store.LineRow) int {
			return cmpPlaces(coverage.Place(placeOfRow(&a)), coverage.Place(placeOfRow(&b)))
		})
		for i := range l.lines {
			if mine[l.lines[i].Village] {
				want = append(want, coverage.Place(placeOfRow(&l.lines[i])))
			}
		}
		var got []coverage.Place
		q := coverage.ListQuery{Division: one, Day: 1, Which: coverage.Uncovered, Limit: rapid.IntRange(1, 7).Draw(t, "limit")}
		for more := true; more; {
			var out coverage.List
			for most, all := enough(&q), false; !all && !out.More; most = everything {
				var villages []villageCount
				out, villages, all = begun(l, &q, most)
				if err := fillUncovered(&q, l.read, villages, &out); err != nil {
					t.Fatal(err)
				}
			}
			for _, line := range out.Lines {
				got = append(got, line.Place)
			}
			if more = out.More; more {
				q.After = out.Lines[len(out.Lines)-1].Place
			}
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func cmpPlaces(a, b coverage.Place) int {
	return cmp.Or(cmp.Compare(a.Village, b.Village), cmp.Compare(a.SortKey, b.SortKey), cmp.Compare(a.ResidentID, b.ResidentID))
}
