package nip

import (
	"errors"
	"fmt"
	"slices"

	"xinju.dev/services/platform/civil"
)

// compiler turns the files into a Schedule, item by item, and refuses what
// cannot be meant.
type compiler struct {
	s      *Schedule
	counts map[string]mask // products by the series they count for
}

func (c *compiler) productList(items []productItem) error {
	c.s.byID, c.s.byCode, c.counts = map[string]*product{}, map[string]*product{}, map[string]mask{}
	if len(items) > maxProducts {
		return fmt.Errorf("more than %d products", maxProducts)
	}
	c.s.products = make([]product, len(items)) // never grown: the maps point into it
	for i, it := range items {
		p := &c.s.products[i]
		*p = product{
			Product: Product{ID: it.ID, Chinese: it.Chinese, Route: it.Route, Live: Live(it.Live), Codes: it.Codes, Origin: it.public()},
			index:   uint8(i), label: it.LabelAges,
		}
		if err := c.product(it, p); err != nil {
			return fmt.Errorf("%q: %w", it.ID, err)
		}
	}
	return nil
}

func (c *compiler) product(it productItem, p *product) error {
	switch {
	case it.ID == "" || it.Chinese == "":
		return errors.New("id or chinese missing")
	case c.s.byID[it.ID] != nil:
		return errors.New("listed twice")
	case !slices.Contains([]Live{NotLive, LiveInjected, LiveOral}, p.Live):
		return fmt.Errorf("live %q is not none, injected or oral", it.Live)
	case !slices.Contains([]string{"intramuscular", "subcutaneous", "intradermal", "oral"}, it.Route):
		return fmt.Errorf("route %q unknown", it.Route)
	}
	c.s.byID[it.ID] = p
	for _, code := range it.Codes {
		if len(code) != 4 || c.s.byCode[code] != nil {
			return fmt.Errorf("code %q is not four digits, or given twice", code)
		}
		c.s.byCode[code] = p
	}
	for _, f := range it.CountsFor {
		c.counts[f.Series] |= 1 << p.index
	}
	return it.check()
}

// edition adds one edition: the series of the one before, replaced by its own.
func (c *compiler) edition(f editionFile) error {
	if f.ID == "" || f.Chinese == "" {
		return errors.New("id or chinese missing")
	}
	if err := f.check(); err != nil {
		return err
	}
	e := edition{
		Edition:   Edition{ID: f.ID, Chinese: f.Chinese, Document: f.Document, From: f.From, To: f.To, Origin: f.public()},
		provinces: map[string]civil.Date{},
	}
	for _, p := range f.Starts {
		e.provinces[p.Province] = p.Start
	}
	c.s.editions = append(c.s.editions, e)
	for i := range c.s.lines {
		l := &c.s.lines[i]
		l.in = append(l.in, l.in[len(l.in)-1])
	}
	for _, it := range f.Series {
		if err := c.series(it); err != nil {
			return fmt.Errorf("series %q: %w", it.ID, err)
		}
	}
	return nil
}

func (c *compiler) series(it seriesItem) error {
	if it.ID == "" || it.Chinese == "" || it.Closes.zero() || len(it.Tracks) == 0 || len(it.Tracks) > maxTracks {
		return fmt.Errorf("id, chinese, closes or tracks missing, or more than %d tracks", maxTracks)
	}
	if it.Sex != "" && it.Sex != "female" {
		return fmt.Errorf("sex %q unknown", it.Sex)
	}
	if err := it.check(); err != nil {
		return err
	}
	l := c.lineOf(it.ID)
	if l == nil {
		return fmt.Errorf("more than %d series", maxLines)
	}
	ser := &series{id: it.ID, chinese: it.Chinese, female: it.Sex == "female", bornFrom: it.BornFrom, closes: it.Closes, origin: it.public()}
	l.mark(it.Closes)
	if q := it.Conditional; q != nil {
		if q.Reason != NeedsNegativePPD || q.FromAge.zero() {
			return fmt.Errorf("conditional: reason %q unknown, or from_age missing", q.Reason)
		}
		ser.condFrom, ser.condReason = q.FromAge, q.Reason
		l.mark(q.FromAge)
	}
	if q := it.CompleteWith; q != nil {
		if ser.completeWith = c.s.byID[q.Product]; ser.completeWith == nil || q.Total < 1 {
			return errors.New("complete_with: unknown product or no total")
		}
		ser.completeAt = q.Total
	}
	if it.Tracks[0].BornBefore != civil.None {
		return errors.New("the first track is open to every child")
	}
	for _, t := range it.Tracks {
		tr, err := c.track(l, it.ID, t)
		if err != nil {
			return fmt.Errorf("track %q: %w", t.ID, err)
		}
		ser.tracks = append(ser.tracks, tr)
	}
	return l.put(ser)
}

// lineOf finds or starts the line of a series; nil when there is no room.
func (c *compiler) lineOf(id string) *line {
	for i := range c.s.lines {
		if c.s.lines[i].id == id {
			return &c.s.lines[i]
		}
	}
	if len(c.s.lines) == maxLines {
		return nil
	}
	c.s.lines = append(c.s.lines, line{id: id, in: make([]*series, len(c.s.editions)), after: -1})
	return &c.s.lines[len(c.s.lines)-1]
}

// put sets the series of the newest edition. Track ids may not change between
// editions: doses counted under one edition keep their number in the next.
func (l *line) put(ser *series) error {
	if l.first == nil {
		l.first = ser
	}
	same := slices.EqualFunc(l.first.tracks, ser.tracks, func(a, b track) bool { return a.id == b.id && a.bornBefore == b.bornBefore })
	if !same {
		return errors.New("tracks differ from those of the edition before")
	}
	l.in[len(l.in)-1] = ser
	return nil
}

// mark notes an age at which the plan of a series may change by itself.
func (l *line) mark(p Period) {
	if !p.zero() && !slices.Contains(l.thresholds, p) {
		l.thresholds = append(l.thresholds, p)
	}
}

func (c *compiler) guidanceList(items []guidanceItem) error {
	for _, it := range items {
		if it.ID == "" || it.Text == "" || !slices.Contains([]string{"catch-up", "spacing", "special-group", "contraindication"}, it.Kind) {
			return fmt.Errorf("%q: id, text or kind missing or unknown", it.ID)
		}
		if err := it.check(); err != nil {
			return fmt.Errorf("%q: %w", it.ID, err)
		}
		for _, id := range it.Series {
			if c.number(id) < 0 {
				return fmt.Errorf("%q: unknown series %q", it.ID, id)
			}
		}
		c.s.guidance = append(c.s.guidance, Guidance{ID: it.ID, Kind: it.Kind, Text: it.Text, Series: it.Series, Origin: it.public()})
	}
	return nil
}

func (c *compiler) number(series string) int {
	return slices.IndexFunc(c.s.lines, func(l line) bool { return l.id == series })
}

// finish ties products to the series they count for, once all series are known.
func (c *compiler) finish(items []productItem) error {
	for i, it := range items {
		for _, f := range it.CountsFor {
			n := c.number(f.Series)
			if n < 0 {
				return fmt.Errorf("%q: counts for unknown series %q", it.ID, f.Series)
			}
			c.s.products[i].counts = append(c.s.products[i].counts, countsFor{line: n, from: f.FromAge, to: f.ToAge})
		}
	}
	return nil
}
