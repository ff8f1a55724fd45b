package nip

import (
	"errors"
	"fmt"
)

func (c *compiler) track(l *line, series string, it trackItem) (track, error) {
	tr := track{id: it.ID, bornBefore: it.BornBefore}
	if it.ID == "" || len(it.Doses) == 0 || len(it.Doses) > maxDoses {
		return tr, fmt.Errorf("id missing, or not 1 to %d doses", maxDoses)
	}
	accept, err := c.accepted(series, it.Accept, c.counts[series])
	if err != nil {
		return tr, err
	}
	for i, d := range it.Doses {
		if d.Dose != i+1 {
			return tr, fmt.Errorf("dose %d stands in place %d", d.Dose, i+1)
		}
		sl, err := c.slot(l, series, d, accept)
		if err == nil && i > 0 && tr.slots[i-1].age.longerThan(sl.age) {
			err = errors.New("younger than the dose before it")
		}
		if err != nil {
			return tr, fmt.Errorf("dose %d: %w", d.Dose, err)
		}
		tr.slots = append(tr.slots, sl)
	}
	if it.CatchUp != nil {
		if tr.late, err = c.catchUp(l, series, *it.CatchUp, len(tr.slots)); err != nil {
			return tr, fmt.Errorf("catch_up: %w", err)
		}
	}
	return tr, nil
}

// accepted reads a list of products; an empty list is the default.
func (c *compiler) accepted(series string, ids []string, otherwise mask) (mask, error) {
	if len(ids) == 0 {
		return otherwise, nil
	}
	var m mask
	for _, id := range ids {
		p := c.s.byID[id]
		if p == nil || !c.counts[series].has(p) {
			return 0, fmt.Errorf("product %q is unknown or does not count for %s", id, series)
		}
		m |= 1 << p.index
	}
	return m, nil
}

func (c *compiler) slot(l *line, series string, d doseItem, accept mask) (slot, error) {
	accept, err := c.accepted(series, d.Accept, accept)
	if err != nil {
		return slot{}, err
	}
	sl := slot{
		product: c.s.byID[d.Product], accept: accept, age: d.Age, validAge: d.ValidAge, interval: d.Interval,
		validInterval: d.ValidInterval, sinceFirst: d.SinceFirst, before: d.Before, beforeInterval: d.BeforeInterval,
	}
	if sl.validAge.zero() {
		sl.validAge = sl.age
	}
	if sl.validInterval.zero() {
		sl.validInterval = sl.interval
	}
	switch {
	case sl.product == nil || !accept.has(sl.product):
		return sl, fmt.Errorf("product %q is unknown or not accepted", d.Product)
	case (d.Dose == 1) != d.Interval.zero():
		return sl, errors.New("every dose but the first has an interval")
	case d.Dose == 1 && !d.BeforeInterval.zero():
		return sl, errors.New("the first dose has no dose before it")
	case sl.validAge.longerThan(sl.age), sl.validInterval.longerThan(sl.interval):
		return sl, errors.New("valid_age or valid_interval longer than the recommended one")
	case !d.Before.zero() && !d.Before.longerThan(d.Age):
		return sl, errors.New("before is not later than age")
	}
	l.live = l.live || sl.product.Live == LiveInjected
	if d.After != nil {
		n := c.number(d.After.Series)
		if n < 0 || c.s.lines[n].id == series {
			return sl, fmt.Errorf("after: series %q is not listed before this one", d.After.Series)
		}
		sl.after = &after{line: n, complete: d.After.Complete, partial: d.After.Partial, earlyFrom: d.After.EarlyFrom}
		l.after = n
		l.mark(d.After.EarlyFrom)
	}
	return sl, nil
}

func (c *compiler) catchUp(l *line, series string, it catchUpItem, slots int) (*catchUp, error) {
	accept, err := c.accepted(series, it.Accept, c.counts[series])
	if err != nil {
		return nil, err
	}
	cu := &catchUp{from: it.FromAge, product: c.s.byID[it.Product], accept: accept}
	if cu.product == nil || !accept.has(cu.product) || it.FromAge.zero() || len(it.Steps) != slots {
		return nil, errors.New("product unknown, from_age missing, or not one step for each dose")
	}
	for i, st := range it.Steps {
		if st.Total != i || st.Remaining < 1 || (i == 0) != st.Interval.zero() {
			return nil, fmt.Errorf("step %d: total, remaining or interval wrong", i)
		}
		cu.steps = append(cu.steps, step{remaining: st.Remaining, interval: st.Interval, before: st.Before})
	}
	l.mark(it.FromAge)
	return cu, nil
}
