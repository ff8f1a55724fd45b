package answers

import (
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// Asker computes rows from one view. It is valid as long as the view is, and not
// safe for concurrent use. Make it with On.
type Asker struct {
	view    coverage.View
	world   *facts.World
	figures *Figures
	took    bool // some figure was read
	late    Late
	now     time.Time
	lacks   []Lack
	specs   map[specOf]*spec
	places  map[placeOn]*places
	plan    *plan // of the last place
}

// On returns an asker of the view. figures may be nil; now is the moment by which
// the silence of a source is measured.
func On(v coverage.View, figures *Figures, late Late, now time.Time) *Asker {
	return &Asker{
		view: v, world: v.World(), figures: figures, late: late, now: now, lacks: late.lacks(v.Following(), now),
		specs: map[specOf]*spec{}, places: map[placeOn]*places{},
	}
}

// TookFigures says whether an answer so far depends on the figures.
func (a *Asker) TookFigures() bool { return a.took }

// specOf and spec: what is the same for an indicator at every place on a day.
type specOf struct {
	ind *policy.Indicator
	day civil.Date
}

type spec struct {
	key       ledger.Key
	from      civil.Date
	awaits    policy.Text
	lacking   []Lack
	noRate    bool
	target    policy.Target
	hasTarget bool
	targetOf  string // the division that alone has the target; "" for all
	better    policy.Better
	beside    []Column
	other     *Column // under its other attribution
}

// holds says whether the target is one of a place.
func (s *spec) holds(at *Place) bool {
	return s.targetOf == "" || s.targetOf == at.Code && at.UnitID == ""
}

func (a *Asker) spec(c *Column, day civil.Date) *spec {
	k := specOf{c.Indicator, day}
	if s, ok := a.specs[k]; ok {
		return s
	}
	s := &spec{key: c.Key, awaits: c.Awaiting(a.view.Seen), lacking: a.lacking(c.pack, c.Indicator)}
	if c.Period != 0 && c.Kind != policy.Stock {
		s.from = c.Period.Start(day)
	}
	for _, l := range s.lacking {
		s.noRate = s.noRate || l.Why.NoRate()
	}
	s.target, s.hasTarget = c.TargetOn(day)
	if c.Plain || c.Total() { // so many of a whole jurisdiction; a share or so much a head holds in each of its parts
		s.targetOf = c.pack.Jurisdiction
	}
	s.better = c.BetterOn(day)
	for _, id := range c.Indicator.Beside {
		if ind := Find(c.pack, id); ind != nil {
			s.beside = append(s.beside, a.column(c.pack, ind))
		}
	}
	if c.Alternative != "" {
		if ind := Find(c.pack, c.Alternative); ind != nil {
			other := a.column(c.pack, ind)
			s.other = &other
		}
	}
	a.specs[k] = s
	return s
}

func (a *Asker) column(p *policy.Pack, ind *policy.Indicator) Column {
	key, _ := a.view.Deriver().Key(ind.ID)
	return Column{Indicator: ind, Key: key, pack: p}
}

// Rows are the columns of one place on a day, in their order. Of the pack that
// governs the place its own wording and targets go before those of the pack that
// was asked for.
func (a *Asker) Rows(asked *policy.Pack, at Place, columns []Column, day civil.Date) []Row {
	return a.AppendRows(make([]Row, 0, len(columns)), asked, at, columns, day)
}

// AppendRows appends Rows to out, whose room a caller uses again who keeps none
// of them.
func (a *Asker) AppendRows(out []Row, asked *policy.Pack, at Place, columns []Column, day civil.Date) []Row {
	own, ok := a.view.Packs().PackFor(a.world, at.Code, day)
	if !ok {
		own = asked
	}
	p := a.planFor(own, asked, columns, day)
	if at.UnitID == "" {
		coverage.Counts(a.view, p.keys, at.Code, day, p.counts)
	}
	from := len(out)
	out = slices.Grow(out, len(columns))[:from+len(columns)]
	for i := range columns {
		r := &out[from+i]
		*r = Row{}
		a.rowOf(r, &p.columns[i], p.specs[i], &at, day, &p.counts[i])
		if p.columns[i].pack != own {
			r.elsewhere()
		}
		a.besides(r, p.specs[i], &at, day)
	}
	return out
}

// besides adds what stands beside a number.
func (a *Asker) besides(r *Row, s *spec, at *Place, day civil.Date) {
	if len(s.beside) > 0 {
		r.Beside = make([]Row, len(s.beside))
		for j := range s.beside {
			a.row(&r.Beside[j], &s.beside[j], a.spec(&s.beside[j], day), at, day)
		}
	}
	if s.other != nil {
		r.Alternative = &Row{}
		a.row(r.Alternative, s.other, a.spec(s.other, day), at, day)
	}
}

// plan is what is the same of some columns at every place that a pack governs.
type plan struct {
	own, asked *policy.Pack
	day        civil.Date
	of         []Column // asked for
	columns    []Column // as the pack has them
	specs      []*spec
	keys       []ledger.Key
	counts     []ledger.Count // room for those of a place
}

func (a *Asker) planFor(own, asked *policy.Pack, columns []Column, day civil.Date) *plan {
	if p := a.plan; p != nil && p.own == own && p.asked == asked && p.day == day && slices.Equal(p.of, columns) {
		return p
	}
	p := &plan{
		own: own, asked: asked, day: day, of: slices.Clone(columns), columns: make([]Column, len(columns)), specs: make([]*spec, len(columns)),
		keys: make([]ledger.Key, len(columns)), counts: make([]ledger.Count, len(columns)),
	}
	for i := range columns {
		p.columns[i] = a.governed(own, asked, columns[i])
		p.specs[i] = a.spec(&p.columns[i], day)
		p.keys[i] = p.specs[i].key
	}
	a.plan = p
	return p
}

// governed is the column as the pack of the place has it.
func (a *Asker) governed(own, asked *policy.Pack, c Column) Column {
	if own != asked && own != c.pack {
		if mine := Find(own, c.ID); mine != nil {
			c.Indicator, c.pack = mine, own
		}
	}
	return c
}

// DivisionPlace is a division as a place, by its name on the day.
func DivisionPlace(w *facts.World, code string, day civil.Date) Place {
	return Place{Code: code, Name: w.Name(code, day)}
}

// row computes one number, without what stands beside it.
func (a *Asker) row(out *Row, c *Column, s *spec, at *Place, day civil.Date) {
	var n ledger.Count
	if at.UnitID == "" && c.Kind != policy.Ratio {
		n = a.view.Count(s.key, at.Code, day)
	}
	a.rowOf(out, c, s, at, day, &n)
}

// rowOf is row with the number of the division; of a unit it is found here.
func (a *Asker) rowOf(out *Row, c *Column, s *spec, at *Place, day civil.Date, n *ledger.Count) {
	out.ID, out.Indicator, out.Place, out.Day, out.From = c.ID, c.Indicator, *at, day, s.from
	out.Awaits, out.Lacking, out.Plain = s.awaits, s.lacking, c.Plain
	out.Better = s.better
	switch {
	case s.hasTarget && s.holds(at):
		out.Target, out.HasTarget = s.target, true
	case s.better == policy.Nearest: // to what is another place's
		out.Better = c.BetterItself()
	}
	if c.Kind == policy.Ratio {
		a.ratio(out, c, s)
		return
	}
	if at.UnitID != "" {
		sum, ok := a.count(c, s.key, at, day)
		if !ok {
			out.Awaits, out.NotCounted = notByRole, true
			return
		}
		n = &sum
	}
	out.Eligible, out.Covered = n.Eligible, n.Covered
	if s.awaits != (policy.Text{}) || s.noRate {
		return
	}
	if c.Plain {
		if out.HasTarget {
			out.Gap = gapCount(&s.target, n.Eligible)
		}
		return
	}
	if n.Eligible > 0 {
		out.HasRate, out.Rate, out.Over = true, float64(n.Covered)/float64(n.Eligible), n.Covered > n.Eligible
		if out.HasTarget {
			out.Gap = gap(&s.target, n.Eligible, n.Covered)
		}
	}
}

// count is the number of a place: of a unit the sum over what is its on the day.
// False when the indicator is not counted by the unit's role.
func (a *Asker) count(c *Column, key ledger.Key, at *Place, day civil.Date) (ledger.Count, bool) {
	if at.UnitID == "" {
		return a.view.Count(key, at.Code, day), true
	}
	codes, ok := unitCodes(a.world, a.below(at.Code, day), c.Indicator, at, day)
	a.Prepare(codes, day)
	var sum ledger.Count
	for _, code := range codes {
		n := a.view.Direct(key, code, day)
		sum.Eligible, sum.Covered = sum.Eligible+n.Eligible, sum.Covered+n.Covered
	}
	return sum, ok
}

// below is placesBelow, found once per division and day.
func (a *Asker) below(code string, day civil.Date) *places {
	if code == "" {
		return nil
	}
	k := placeOn{code, day}
	p, ok := a.places[k]
	if !ok {
		p = placesBelow(a.world, code, day)
		a.places[k] = p
	}
	return p
}

type placeOn struct {
	code string
	day  civil.Date
}

// notByRole stands where a number is not counted by the role of a unit.
var notByRole = policy.Text{Chinese: "该指标不按此机构角色统计", English: "not counted by this role of a unit"}
