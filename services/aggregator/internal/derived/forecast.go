package derived

import (
	"context"
	"slices"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// ErrForecast refuses an answer that nobody could read.
var ErrForecast = fault.New(fault.Exhausted, "FORECAST_TOO_LARGE",
	"more than 200,000 changes; ask for a smaller division, fewer items or fewer days", "变化超过 20 万条，请缩小区划、减少项目或天数")

// Ahead lists who becomes eligible, becomes uncovered or covered and leaves, all
// else equal, by day, village, address, person, item, event and kind, in one state.
// Under rules and plain counts nobody is covered or not.
//
// For indicators it reads the members of the villages below the division, once;
// for rules the facts of everybody, once, since rules have no members.
func (b *Book) Ahead(ctx context.Context, q *coverage.AheadQuery) ([]coverage.Turn, coverage.State, error) {
	return ahead(ctx, b, q)
}

// Ahead is that of a Book.
func (r *Reader) Ahead(ctx context.Context, q *coverage.AheadQuery) ([]coverage.Turn, coverage.State, error) {
	return ahead(ctx, r, q)
}

func ahead(ctx context.Context, from stills, q *coverage.AheadQuery) ([]coverage.Turn, coverage.State, error) {
	var out []coverage.Turn
	var at coverage.State
	err := from.still(ctx, func(t store.Tx, s still) error {
		at = s.State
		l := lookout{q: q, t: t, s: s, sided: map[string]bool{}, courses: map[course][]stretch{}}
		for key, id := range q.Indicators {
			if is, known := s.Deriver.Key(id); !known || is != key { // other packs are in use since
				return ErrMoving
			}
			l.sided[id] = !s.Deriver.Plain(key)
		}
		l.divide()
		var err error
		if len(q.Rules) > 0 {
			err = l.rules()
		} else {
			err = l.members()
		}
		if err != nil {
			return err
		}
		out, err = l.turns()
		return err
	})
	return out, at, err
}

// course is one person or event under one item.
type course struct{ item, resident, event string }

// stretch is days on which a course counts below the division.
type stretch struct {
	from, to civil.Date
	covered  bool
	village  string
	sortKey  string
}

// season is days between two changes of the tree, and what lies below the division then.
type season struct {
	from, to civil.Date
	below    map[string]bool
}

// lookout gathers what is to come.
type lookout struct {
	q       *coverage.AheadQuery
	t       store.Tx
	s       still
	sided   map[string]bool // items under which people are covered or not
	seasons []season
	courses map[course][]stretch
}

// divide cuts the span, the day before included, where the tree changes.
func (l *lookout) divide() {
	days := []civil.Date{l.q.From}
	for _, d := range l.s.World.Changes() {
		if d > l.q.From && d <= l.q.Until {
			days = append(days, d)
		}
	}
	days = append(days, l.q.Until.AddDays(1))
	for i := range days[1:] {
		v := season{from: days[i], to: days[i+1], below: map[string]bool{}}
		for _, code := range below(l.s.World, l.q.Division, v.from) {
			v.below[code] = true
		}
		l.seasons = append(l.seasons, v)
	}
}

// add takes over those of the days that lie in the span and below the division.
// What neither begins nor ends in the span changes nothing and is not kept.
func (l *lookout) add(c course, v stretch) {
	for _, s := range l.seasons {
		if !s.below[v.village] {
			continue
		}
		w := v
		w.from, w.to = max(v.from, s.from), min(v.to, s.to)
		if w.from < w.to && (w.from > l.q.From || w.to <= l.q.Until) {
			l.courses[c] = append(l.courses[c], w)
		}
	}
}

// members reads the villages' members.
func (l *lookout) members() error {
	villages := map[string]bool{}
	for _, s := range l.seasons {
		for code := range s.below {
			villages[code] = true
		}
	}
	for village := range villages {
		next := store.MemberPage{Village: village, Limit: listStep}
		for {
			rows, err := l.t.Members(l.s.generation, next)
			if err != nil {
				return err
			}
			for i := range rows {
				if err := l.member(&rows[i]); err != nil {
					return err
				}
			}
			if len(rows) < next.Limit {
				break
			}
			last := rows[len(rows)-1]
			next.SortKey, next.ResidentID, next.After = last.SortKey, last.ResidentID, true
		}
	}
	return nil
}

func (l *lookout) member(m *store.MemberRow) error {
	return derive.Decode(m.Pieces, func(p *derive.Piece) error {
		if item, asked := l.q.Indicators[p.Key]; asked {
			l.add(course{item, m.ResidentID, p.EventID}, stretch{p.From, p.To, p.Covered, m.Village, m.SortKey})
		}
		return nil
	})
}

// rules reads everybody's facts and evaluates those who live there.
func (l *lookout) rules() error {
	for after := ""; ; {
		near, ids, err := nextPersons(l.t, l.s.generation, nil, false, after)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		var here []string
		for _, id := range ids {
			r, err := near.resident(later, id)
			if err != nil {
				return err
			}
			if l.livesHere(r) {
				here = append(here, id)
			}
		}
		people, err := readPeople(l.t, l.s.generation, here) // with those around them
		if err != nil {
			return err
		}
		for i := range people {
			if people[i].Facts != nil {
				l.person(people[i].Facts)
			}
		}
	}
}

func (l *lookout) livesHere(r *facts.Resident) bool {
	if !r.Known() {
		return false
	}
	stays := r.Stays(l.s.World, facts.ByArrival, nil)
	return slices.ContainsFunc(stays, func(s facts.Stay) bool {
		return s.Known() && s.From <= l.q.Until && s.To > l.q.From &&
			slices.ContainsFunc(l.seasons, func(v season) bool { return v.below[s.Village()] })
	})
}

func (l *lookout) person(r *facts.Resident) {
	stays := r.Stays(l.s.World, facts.ByArrival, nil)
	for _, rule := range l.s.Deriver.Packs().Timelines(r, l.s.World) {
		if !slices.Contains(l.q.Rules, rule.Rule) {
			continue
		}
		for i := range stays {
			s := &stays[i]
			if !s.Known() {
				continue
			}
			for _, days := range rule.Days {
				v := stretch{max(days.From, s.From), min(days.To, s.To), true, s.Village(), derive.SortKey(r, l.s.World, s.Village())}
				if v.from < v.to {
					l.add(course{rule.Rule, r.ID, ""}, v)
				}
			}
		}
	}
}

// turns reads the changes off the courses.
func (l *lookout) turns() ([]coverage.Turn, error) {
	var out []coverage.Turn
	for c, list := range l.courses {
		out = l.turnsOf(c, list, out)
		if len(out) > l.q.Most {
			return nil, ErrForecast
		}
	}
	slices.SortFunc(out, coverage.CompareTurns)
	return out, nil
}

func (l *lookout) turnsOf(c course, list []stretch, out []coverage.Turn) []coverage.Turn {
	var days []civil.Date
	for _, v := range list {
		for _, d := range []civil.Date{v.from, v.to} {
			if d > l.q.From && d <= l.q.Until {
				days = append(days, d)
			}
		}
	}
	slices.Sort(days)
	for _, d := range slices.Compact(days) {
		was, is := on(list, d-1), on(list, d)
		turn := func(kind int32, at *stretch) {
			out = append(out, coverage.Turn{On: d, Item: c.item, Kind: kind, Place: coverage.Place{Village: at.village, SortKey: at.sortKey, ResidentID: c.resident, EventID: c.event}})
		}
		switch {
		case is == nil && was != nil:
			turn(coverage.Leaves, was)
		case is != nil && was == nil:
			turn(coverage.Enters, is)
		}
		switch {
		case is == nil || !l.sided[c.item] || was != nil && was.covered == is.covered:
		case is.covered:
			turn(coverage.BecomesCovered, is)
		default:
			turn(coverage.BecomesUncovered, is)
		}
	}
	return out
}

// on is the stretch that holds the day, nil without one.
func on(list []stretch, day civil.Date) *stretch {
	for i := range list {
		if list[i].from <= day && day < list[i].to {
			return &list[i]
		}
	}
	return nil
}
