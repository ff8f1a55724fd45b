package facts

import (
	"slices"
	"sort"

	"xinju.dev/services/platform/civil"
)

// How says by which step a recorded place leads to where it counts.
type How uint8

// The steps, from the surest.
const (
	Nowhere   How = iota // the tree leads from the place to no province
	Here                 // the place is in force
	Successor            // it has ended and its one successor, or that one's, is in force
	Above                // a division above it stands in
)

// Standing is where a recorded place counts on a run of days, half-open. Nowhere
// has the place alone as its chain.
type Standing struct {
	From, To civil.Date
	At       Chain
	How      How
}

// Place is the lowest division of the chain, or the unit below it: what is
// counted in directly.
func (c *Chain) Place() string {
	for l := Village; l > 0 && c[AtUnit] == ""; l-- {
		if c[l] != "" {
			return c[l]
		}
	}
	return c[AtUnit]
}

// Standings says where what is recorded at a code counts, over all days,
// ascending and without gaps. The caller must not change it. It is the one rule
// for stays, units, permits and hukou alike:
//
//   - A code that the tree leads from to a province on the day counts there.
//   - One that has ended counts in its single successor, from the day after the
//     end, and so on along successors.
//   - Otherwise (no successor, several, not begun yet, a tree that breaks off
//     above it) it counts in the lowest division above it that is in force: people
//     who cannot be given to a village are the township's, and are reported.
//   - A code that the tree does not have at all counts nowhere, and is reported.
//     Nothing is read from its digits.
//   - A unit as a place counts where its division does.
func (w *World) Standings(code string) []Standing {
	w.mu.RLock()
	known, ok := w.standings[code]
	w.mu.RUnlock()
	if ok {
		return known
	}
	if UnitOf(code) != "" {
		out := w.unitStandings(code)
		w.mu.Lock()
		defer w.mu.Unlock()
		w.standings[code] = out
		return out
	}
	var out []Standing
	for _, day := range w.turns(code) {
		if n := len(out); n > 0 {
			out[n-1].To = day
		}
		at, how := w.stand(code, day)
		if n := len(out); n > 0 && out[n-1].At == at && out[n-1].How == how {
			continue
		}
		out = append(out, Standing{From: day, At: at, How: how})
	}
	out[len(out)-1].To = civil.Forever
	w.mu.Lock()
	defer w.mu.Unlock()
	w.standings[code] = out
	return out
}

// Standing is the one on a day.
func (w *World) Standing(code string, day civil.Date) *Standing {
	return StandingOn(w.Standings(code), day)
}

// StandingOn is the one of Standings on a day.
func StandingOn(list []Standing, day civil.Date) *Standing {
	if len(list) == 1 {
		return &list[0]
	}
	i := sort.Search(len(list), func(i int) bool { return list[i].From > day })
	return &list[max(i-1, 0)]
}

// stand goes the way of Standings. Where successors form a ring the way up is
// taken from where it closes.
func (w *World) stand(code string, day civil.Date) (Chain, How) {
	at, how := code, Here
	for met := []string(nil); !slices.Contains(met, at); {
		if chain, known := w.Chain(at, day); known {
			return chain, how
		}
		d := w.nearest(at, day)
		if d == nil {
			break
		}
		met = append(met, at)
		if next := w.successor(d, day); next != "" && !slices.Contains(met, next) {
			at, how = next, max(how, Successor)
			continue
		}
		at, how = d.Parent, Above
	}
	return Chain{Village: code}, Nowhere
}

// successor is the one that has taken over from a node by the day; "" without
// exactly one that the tree has.
func (w *World) successor(d *Division, day civil.Date) string {
	if ended := d.Until != civil.None && d.Until < day; !ended || len(d.Successors) != 1 || len(w.nodes[d.Successors[0]]) == 0 {
		return ""
	}
	return d.Successors[0]
}

// turns are the days on which the standing of a code may change, the first day
// of the calendar among them: those of the code and of whatever it may lead to.
func (w *World) turns(code string) []civil.Date {
	days := []civil.Date{1}
	open, seen := []string{code}, map[string]bool{code: true}
	follow := func(next string) {
		if next != "" && !seen[next] {
			seen[next] = true
			open = append(open, next)
		}
	}
	for i := 0; i < len(open); i++ {
		for _, d := range w.nodes[open[i]] {
			if d.From > 1 {
				days = append(days, d.From)
			}
			if d.Until != civil.None {
				days = append(days, d.Until.AddDays(1))
			}
			follow(d.Parent)
			if len(d.Successors) == 1 {
				follow(d.Successors[0])
			}
		}
	}
	slices.Sort(days)
	return slices.Compact(days)
}

// nearest is the node on the day, else as it last was before the day, else as
// it was first.
func (w *World) nearest(code string, day civil.Date) *Division {
	states := w.nodes[code]
	if d := stateOn(states, day); d != nil {
		return d
	}
	var last *Division
	for _, d := range states {
		if d.Until != civil.None && d.Until < day && (last == nil || d.Until >= last.Until) {
			last = d
		}
	}
	if last == nil && len(states) > 0 {
		last = states[0]
	}
	return last
}

// nextTurn is the first day after from on which the code itself, its name
// included, may be another.
func (w *World) nextTurn(code string, from civil.Date) civil.Date {
	next := civil.Forever
	for _, d := range w.nodes[code] {
		if d.From > from {
			next = min(next, d.From)
		}
		if d.Until != civil.None && d.Until >= from {
			next = min(next, d.Until.AddDays(1))
		}
	}
	return next
}
