package report

import (
	"time"

	"xinju.dev/services/platform/civil"
)

// Ratio is what a number was computed from, as it was when it was frozen.
type Ratio struct {
	NumeratorText   string `json:",omitempty"` // in words, Chinese first
	DenominatorText string `json:",omitempty"`
	Numerator       []Term `json:",omitempty"`
	Denominator     []Term `json:",omitempty"`
}

// Terms are those of both sides.
func (r *Ratio) Terms() []Term {
	if r == nil {
		return nil
	}
	return append(append([]Term(nil), r.Numerator...), r.Denominator...)
}

// Term is one number of a ratio and its factor. It is of the division of the ratio.
type Term struct {
	Indicator string     `json:",omitempty"` // "" for a figure
	Set       Which      `json:",omitempty"` // the list that it is the length of; 0 for a figure, and for a ratio within a score
	Figure    string     `json:",omitempty"` // "" for an indicator
	Day       civil.Date // of the number
	Times     string     // exact
	Value     string     `json:",omitempty"` // exact, before it is multiplied; "" when there was none
	Missing   string     `json:",omitempty"` // why there was none
	Source    string     `json:",omitempty"` // of a figure: where it was taken from

	Known       time.Time `json:",omitzero"`  // of a figure: until when its value was known to hold
	Unreachable bool      `json:",omitempty"` // of a figure: its source was silent for too long
}

// Column is an indicator on a day, of which a report keeps the lists.
type Column struct {
	Indicator string
	Day       civil.Date
}

// DayTree is the divisions of a report on another day than its own.
type DayTree struct {
	Day   civil.Date
	Nodes []Node
}

// columns is how many kinds of lists the report keeps: those of its indicators on
// its day, then those behind terms alone.
func (c *Content) columns() int { return len(c.Indicators) + len(c.Columns) }

// ColumnAt is what Line.Indicator stands for; false when it stands for nothing.
func (c *Content) ColumnAt(i int) (Column, bool) {
	switch {
	case i < 0 || i >= c.columns():
		return Column{}, false
	case i < len(c.Indicators):
		return Column{c.Indicators[i], c.AsOf}, true
	}
	return c.Columns[i-len(c.Indicators)], true
}

// Shown says whether the lists of a column are those of numbers that the report
// shows, and not of terms alone.
func (c *Content) Shown(i int) bool { return i >= 0 && i < len(c.Indicators) }

// ColumnOf finds the lists of an indicator on a day; -1 when there are none.
func (c *Content) ColumnOf(indicator string, day civil.Date) int {
	for i := range c.columns() {
		if at, _ := c.ColumnAt(i); at == (Column{indicator, day}) {
			return i
		}
	}
	return -1
}

// NumberOn finds a number on a day, None for that of the report: one that it shows,
// one that stands behind a term, or one of its league. Of two it is the one that opens.
func (c *Content) NumberOn(division, indicator string, day civil.Date) (*Number, bool) {
	if day == civil.None {
		day = c.AsOf
	}
	shown, found := (*Number)(nil), false
	if day == c.AsOf {
		if shown, found = c.Number(division, indicator); found && (shown.Opens || shown.Of != nil) {
			return shown, true
		}
	}
	is := func(n *Number) bool { return n.Division == division && n.Indicator == indicator && n.Day == day }
	for i := range c.Behind {
		if n := &c.Behind[i]; is(n) {
			return n, true
		}
	}
	for i := range c.League {
		if n := &c.League[i].Number; !found && is(n) {
			return n, true
		}
	}
	return shown, found
}

// TreeOn is the divisions on a day.
func (c *Content) TreeOn(day civil.Date) []Node {
	for i := range c.Trees {
		if c.Trees[i].Day == day {
			return c.Trees[i].Nodes
		}
	}
	return c.Tree
}
