package derived

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/store"
	"xinju.dev/services/platform/fault"
)

// WhatIf evaluates everybody under the packs in use and under those with another
// one, on one snapshot, while pages go on; it writes nothing. What it keeps is
// bounded by villages times indicators, and by the limit of the list. progress is
// told residents done and in all. It fails with POLICY_PACK_INVALID,
// DIVISION_NOT_FOUND, AGGREGATOR_BUSY and with what progress returns.
func (b *Book) WhatIf(ctx context.Context, q coverage.WhatIf, progress func(done, total int64) error) (coverage.Tried, error) {
	packs, err := b.packs()
	if err != nil {
		return coverage.Tried{}, err
	}
	return whatIf(packs, q, progress, func(t *trial) error {
		return b.both(ctx, func(v view) error { return t.begin(v, packs) },
			func(tx store.Tx, generation int64) error { return t.run(ctx, tx, generation) })
	})
}

// whatIf tries a pack; at runs the trial on one snapshot.
func whatIf(packs *policy.Catalogue, q coverage.WhatIf, progress func(done, total int64) error, at func(*trial) error) (coverage.Tried, error) {
	report := packs.Check(q.Source)
	if len(report.Problems) > 0 {
		return coverage.Tried{}, refused("source_yaml", report.Problems)
	}
	next, err := policy.Compose(packs, q.Source)
	if err != nil {
		return coverage.Tried{}, refused("source_yaml", problemsOf(err))
	}
	pack, _ := next.Pack(report.ID)
	if q.Undated {
		q.Day = max(q.Day, pack.From) // before it takes effect nothing changes
	}
	t := &trial{q: q, report: progress, next: derive.New(next)}
	if err := at(t); err != nil {
		return coverage.Tried{}, err
	}
	t.out.Pack, t.out.Day = pack, q.Day
	t.out.Numbers = t.sums()
	return t.out, nil
}

// counting is what one village adds to an indicator's number.
type counting struct {
	old, new ledger.Count
	changes  int
}

// part is what may count: a resident or an event, for an indicator in a village.
type part struct{ indicator, event, village string }

// trial is one WhatIf at work.
type trial struct {
	q        coverage.WhatIf
	report   func(done, total int64) error
	old      *derive.Deriver
	next     *derive.Deriver
	below    map[string]bool
	total    int64
	villages map[string]map[string]*counting // by village and indicator
	plain    map[part]coverage.Plainly       // by indicator and division
	out      coverage.Tried
}

func (t *trial) begin(v coverage.View, packs *policy.Catalogue) error {
	if v.Packs() != packs {
		return ErrMoving
	}
	if _, known := v.World().Any(t.q.Division, t.q.Day); !known {
		return fault.DivisionNotFound.With("division", t.q.Division)
	}
	t.old, t.total = v.Deriver(), v.Figures().Residents
	t.below = map[string]bool{}
	for _, code := range below(v.World(), t.q.Division, t.q.Day) {
		t.below[code] = true
	}
	t.out.World, t.out.Following = v.World(), v.Following()
	return nil
}

func (t *trial) run(ctx context.Context, tx store.Tx, generation int64) error {
	t.villages, t.plain = map[string]map[string]*counting{}, map[part]coverage.Plainly{}
	t.out.People, t.out.More, t.out.Total, t.out.Residents = nil, false, 0, 0
	for after := ""; ; {
		near, ids, err := nextPersons(tx, generation, nil, true, after)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		for _, id := range ids {
			r, err := near.resident(later, id)
			if err != nil {
				return err
			}
			if r.Known() {
				t.person(r)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.report(t.out.Residents, max(t.total, t.out.Residents)); err != nil {
			return err
		}
	}
}

func (t *trial) person(r *facts.Resident) {
	t.out.Residents++
	parts := map[part]*counting{}
	t.collect(parts, t.old, r, func(c *counting) *ledger.Count { return &c.old })
	t.collect(parts, t.next, r, func(c *counting) *ledger.Count { return &c.new })
	var listed []part
	for p, c := range parts {
		n := t.village(p)
		n.old, n.new = plus(n.old, c.old), plus(n.new, c.new)
		if c.old != c.new {
			n.changes++
			t.out.Total++
		}
		if t.lists(c) {
			listed = append(listed, p)
		}
	}
	if r.ID > t.q.After {
		t.list(r, parts, listed)
	}
}

// lists says whether a line is one of those asked for.
func (t *trial) lists(c *counting) bool {
	if t.q.Part != 0 {
		return t.q.Part.Of(c.old, c.new) > 0
	}
	return c.old != c.new || t.q.Everyone
}

// list adds the lines of a resident: all of them or, when there is no room, none,
// so that the next list can begin after the last resident of this one. Only of the
// first are they cut off.
func (t *trial) list(r *facts.Resident, parts map[part]*counting, lines []part) {
	room := t.q.Limit - len(t.out.People)
	if len(lines) == 0 || t.out.More {
		return
	}
	if t.out.More = len(lines) > room; t.out.More && (len(t.out.People) > 0 || room <= 0) {
		return
	}
	slices.SortFunc(lines, inOrder)
	reasons := t.reasons(r)
	for _, p := range lines[:min(room, len(lines))] {
		t.out.People = append(t.out.People, coverage.CountChange{
			ResidentID: r.ID, Indicator: p.indicator, EventID: p.event, Village: p.village,
			Old: parts[p].old, New: parts[p].new, Plain: t.plainly(p.indicator, p.village), Reason: reasons[p.indicator],
		})
	}
}

// plainly says whether an indicator is a plain count in the packs that govern a
// division; where one of them lacks it, as in the other.
func (t *trial) plainly(indicator, code string) coverage.Plainly {
	k := part{indicator: indicator, village: code}
	out, known := t.plain[k]
	if !known {
		was, had := t.plainIn(t.old.Packs(), indicator, code)
		is, has := t.plainIn(t.next.Packs(), indicator, code)
		if out = (coverage.Plainly{Old: was, New: is}); !had {
			out.Old = is
		} else if !has {
			out.New = was
		}
		t.plain[k] = out
	}
	return out
}

func (t *trial) plainIn(packs *policy.Catalogue, indicator, code string) (plain, known bool) {
	p, ok := packs.PackFor(t.out.World, code, t.q.Day)
	if !ok {
		return false, false
	}
	ind, known := p.Indicator(indicator)
	return known && ind.Plain, known
}

// collect adds up what a resident counts for on the day, in the division.
func (t *trial) collect(parts map[part]*counting, d *derive.Deriver, r *facts.Resident, which func(*counting) *ledger.Count) {
	ids := d.Indicators()
	for _, row := range d.Rows(r, t.out.World) {
		if !t.below[row.Village] {
			continue
		}
		for i := range row.Pieces {
			p := &row.Pieces[i]
			if p.Key == d.Unplaced() || !p.Holds(t.q.Day) {
				continue
			}
			if len(t.q.Indicators) > 0 && !slices.Contains(t.q.Indicators, ids[p.Key]) {
				continue
			}
			at := part{ids[p.Key], p.EventID, row.Village}
			c := parts[at]
			if c == nil {
				c = &counting{}
				parts[at] = c
			}
			n := which(c)
			*n = plus(*n, p.Count())
		}
	}
}

func (t *trial) village(p part) *counting {
	of := t.villages[p.village]
	if of == nil {
		of = map[string]*counting{}
		t.villages[p.village] = of
	}
	c := of[p.indicator]
	if c == nil {
		c = &counting{}
		of[p.indicator] = c
	}
	return c
}

// reasons says why the person counts or does not, by indicator, under the new packs.
func (t *trial) reasons(r *facts.Resident) map[string]policy.Text {
	out := map[string]policy.Text{}
	pack, _, ok := t.next.Packs().PackOf(r, t.out.World, t.q.Day)
	if !ok {
		return out
	}
	for _, x := range pack.Explain(r, t.out.World, t.q.Day) {
		out[x.ID] = x.Reason
	}
	return out
}

// sums adds the villages up to the divisions asked for, and returns what changes.
func (t *trial) sums() (out []coverage.NumberChange) {
	sums := map[string]map[string]*counting{}
	for village, indicators := range t.villages {
		for _, code := range t.above(village) {
			of := sums[code]
			if of == nil {
				of = map[string]*counting{}
				sums[code] = of
			}
			for id, c := range indicators {
				n := of[id]
				if n == nil {
					n = &counting{}
					of[id] = n
				}
				n.old, n.new, n.changes = plus(n.old, c.old), plus(n.new, c.new), n.changes+c.changes
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(sums)) {
		for _, id := range slices.Sorted(maps.Keys(sums[code])) {
			if n := sums[code][id]; n.changes > 0 {
				out = append(out, coverage.NumberChange{
					Division: code, Indicator: id, Name: t.name(id), Old: n.old, New: n.new, Plain: t.plainly(id, code), Changes: n.changes,
				})
			}
		}
	}
	return out
}

// above lists the divisions asked for to which a village belongs on the day.
func (t *trial) above(village string) []string {
	out := []string{t.q.Division}
	if t.q.GroupLevel == 0 {
		return out
	}
	for _, code := range append(tree{t.out.World}.above(village, t.q.Day), village) {
		if d, known := t.out.World.Any(code, t.q.Day); known && d.Level == t.q.GroupLevel && t.below[code] && code != t.q.Division {
			out = append(out, code)
		}
	}
	return out
}

func (t *trial) name(indicator string) string {
	for _, c := range []*policy.Catalogue{t.next.Packs(), t.old.Packs()} {
		for _, p := range c.Packs() {
			for i := range p.Indicators {
				if p.Indicators[i].ID == indicator {
					return p.Indicators[i].Name.Chinese
				}
			}
		}
	}
	return ""
}

func inOrder(a, b part) int {
	return cmp.Or(strings.Compare(a.indicator, b.indicator), strings.Compare(a.event, b.event), strings.Compare(a.village, b.village))
}

func plus(a, b ledger.Count) ledger.Count {
	return ledger.Count{Eligible: a.Eligible + b.Eligible, Covered: a.Covered + b.Covered}
}
