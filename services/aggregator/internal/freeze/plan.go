package freeze

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
)

// plan is what a request comes to on one state.
type plan struct {
	pack    *policy.Pack
	columns []answers.Column
	places  []report.Node // the division and those below that have numbers, by level and code
	first   func(*policy.Indicator) bool
}

const maxNumbers = 20_000

// planOf refuses what cannot be frozen.
func planOf(v coverage.View, req *report.Request) (p plan, err error) {
	if p.pack, err = answers.PackFor(v, req.Division, req.AsOf); err != nil {
		return p, err
	}
	if req.PackID != "" {
		named, ok := v.Packs().Pack(req.PackID)
		if !ok {
			return p, report.ErrPackUnknown.With("pack_id", req.PackID)
		}
		p.pack = named
	}
	if p.columns, err = answers.Columns(v, p.pack, req.Indicators); err != nil {
		return p, err
	}
	p.first = func(ind *policy.Indicator) bool { return slices.Contains(req.Indicators, ind.ID) }
	if len(req.Indicators) == 0 {
		p.first = func(ind *policy.Indicator) bool { return slices.Contains(p.pack.Headlines, ind.ID) }
		p.columns = headlinesFirst(v, p.pack, p.columns)
	}
	p.places = placesOf(v.World(), req.Division, facts.Level(req.GroupLevel), req.AsOf)
	if len(p.places)*len(p.columns) > maxNumbers || len(p.places)*behindEach(p.columns) > maxNumbers {
		return p, report.ErrTooLarge
	}
	return p, nil
}

// headlinesFirst puts what the pack shows first before the rest.
func headlinesFirst(v coverage.View, pack *policy.Pack, columns []answers.Column) []answers.Column {
	out := answers.Headlines(v, pack)
	for _, c := range columns {
		if !slices.Contains(pack.Headlines, c.ID) {
			out = append(out, c)
		}
	}
	return out
}

// placesOf lists the division and what lies below it down to a level; where the
// tree skips the level, the nearest divisions below stand in.
func placesOf(w *facts.World, code string, level facts.Level, day civil.Date) []report.Node {
	out := []report.Node{nodeOf(w, code, day)}
	out[0].Parent = ""
	seen := map[string]bool{code: true}
	for i := 0; i < len(out) && level > 0; i++ {
		if facts.Level(out[i].Level) >= level {
			continue
		}
		for _, child := range w.Children(out[i].Code, day) {
			if !seen[child] && facts.UnitOf(child) == "" { // a unit is no division
				seen[child] = true
				out = append(out, nodeOf(w, child, day))
			}
		}
	}
	slices.SortFunc(out, func(a, b report.Node) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), strings.Compare(a.Code, b.Code))
	})
	return out
}

func nodeOf(w *facts.World, code string, day civil.Date) report.Node {
	n := report.Node{Code: code, Name: w.Name(code, day)}
	if d, ok := w.Any(code, day); ok {
		n.Parent, n.Level = d.Parent, int(d.Level)
	}
	if u, ok := w.Unit(facts.UnitOf(code)); ok { // what counts where a unit stands
		n.Parent, n.Name = u.Division, u.Name
	}
	return n
}

// taken is the numbers of a plan.
type taken struct {
	numbers []report.Number
	ids     []string        // indicators that have been met, each once
	behind  []report.Number // what stands behind terms of ratios and is not among numbers
	columns []report.Column // of the lists behind these
}

// take computes every number of the plan on a day, in its order. What stands behind
// them is taken by terms.
func (p *plan) take(asker *answers.Asker, day civil.Date) *taking {
	t := &taking{asker: asker, met: map[numberOf]bool{}, known: map[report.Column]bool{}}
	for _, place := range p.places {
		rows := asker.Rows(p.pack, answers.Place{Code: place.Code, Name: place.Name}, p.columns, day)
		for i := range rows {
			t.add(p, &rows[i], place.Level)
		}
		for i := range rows { // what is shown beside and was not asked for itself
			for _, more := range append(slices.Clone(rows[i].Beside), alternative(&rows[i])...) {
				t.add(p, &more, place.Level)
			}
		}
	}
	return t
}

func alternative(r *answers.Row) []answers.Row {
	if r.Alternative == nil {
		return nil
	}
	return []answers.Row{*r.Alternative}
}

func numberFrom(r *answers.Row, level int) report.Number {
	n := report.Number{
		Division: r.Place.Code, DivisionName: r.Place.Name, Level: level, Indicator: r.ID, Name: r.Indicator.Name.Chinese,
		Kind: int(r.Indicator.Kind), Unit: int(r.Indicator.Unit), Read: r.Value(), From: r.From, Day: r.Day,
		Eligible: r.Eligible, Covered: r.Covered, Plain: r.Plain, HasRate: r.HasRate, Rate: r.Rate,
		HasTarget: r.HasTarget, Gap: r.Gap, Awaits: both(r.Awaits), NotCounted: r.NotCounted, Opens: r.Opens(),
	}
	if r.HasTarget {
		n.Target, n.AtMost, n.TargetText = r.Target.Value(), r.Target.AtMost, r.Target.Shown()
	}
	if exact, ok := r.Exact(); ok {
		n.Met = r.HasTarget && r.Target.Met(exact)
		n.Value = valueText(exact, r.Indicator.Unit, r.Plain, r.HasTarget && !n.Met && exact.Cmp(r.Target.Rat()) > 0)
	}
	for _, l := range r.Lacking {
		n.Lacking = append(n.Lacking, l.Source)
	}
	if r.Ratio != nil {
		n.Num, n.Den = ratText(r.Ratio.Num), ratText(r.Ratio.Den)
		n.Figures, n.Of = figuresOf(r.Ratio), ratioOf(r.Ratio)
	}
	return n
}

// figuresOf are the numbers from outside that a ratio was computed from.
func figuresOf(r *answers.Ratio) (out []report.Figure) {
	for _, t := range slices.Concat(r.Numerator, r.Denominator) {
		if f := (report.Figure{ID: t.Figure, Day: t.Day, Value: ratText(t.Value), Source: t.Source}); f.ID != "" && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// valueText shows two decimals, cut, so that what is below a target is never shown
// at it: 89.996 % is 89.99 %. What is above a target that it must not exceed is
// shown as the next hundredth: 16.001 per 100,000 does not keep to 16.
func valueText(exact *big.Rat, unit policy.Unit, plain, above bool) string {
	if plain {
		return exact.RatString()
	}
	scaled := new(big.Rat).Mul(exact, big.NewRat(unit.Scale()*100, 1))
	whole := new(big.Int).Quo(scaled.Num(), scaled.Denom()) // towards zero
	if above && scaled.Sign() > 0 && !scaled.IsInt() {
		whole.Add(whole, big.NewInt(1))
	}
	abs := new(big.Int).Abs(whole)
	units, rest := new(big.Int).QuoRem(abs, big.NewInt(100), new(big.Int))
	sign := ""
	if whole.Sign() < 0 {
		sign = "-"
	}
	cents := strconv.FormatInt(rest.Int64()+100, 10)[1:]
	return sign + units.String() + "." + cents + unit.Text().Chinese
}

func ratText(r *big.Rat) string {
	if r == nil {
		return ""
	}
	return r.RatString()
}

// both writes a text for people, Chinese first.
func both(t policy.Text) string {
	switch {
	case t.English == "" || t.English == t.Chinese:
		return t.Chinese
	case t.Chinese == "":
		return t.English
	}
	return t.Chinese + " / " + t.English
}

// keys are the columns of the ledger behind the lists of a report, each with those
// that it is, on some day.
func keys(v coverage.View, c *report.Content) map[ledger.Key][]dated {
	out := map[ledger.Key][]dated{}
	for i := 0; ; i++ {
		at, ok := c.ColumnAt(i)
		if !ok {
			return out
		}
		if k, ok := v.Deriver().Key(at.Indicator); ok {
			out[k] = append(out[k], dated{i, at.Day})
		}
	}
}

// dated is a column of a report, and its day.
type dated struct {
	column int
	day    civil.Date
}
