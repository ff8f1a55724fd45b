// Package workday counts working days: weekends, statutory holidays and the
// weekend days that are worked instead, as the State Council announces them for
// each year. Years are data; the package knows no year by itself.
//
// Civil Code art. 201: the day from which a period runs is not counted. Art.
// 203: a period whose last day is a holiday ends on the first day after it.
package workday

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"

	"xinju.dev/services/platform/civil"
)

// Basis says how well a year is known. The higher, the less.
type Basis int

// What a count rests on.
const (
	Sourced   Basis = iota + 1 // the announcement was read in a public source
	Recalled                   // the announcement, from memory
	Statutory                  // only the holidays by law; days worked instead are not announced or not known
	Weekends                   // nothing is known of the year: Saturdays and Sundays only
)

var names = map[Basis]string{Sourced: "sourced", Recalled: "recalled", Statutory: "statutory", Weekends: "weekends"}

// String is the word that the data file and answers use.
func (b Basis) String() string { return names[b] }

// Calendar knows the holidays of some years. It is safe for concurrent use.
type Calendar struct {
	off    map[civil.Date]bool // holidays, weekends among them or not
	worked map[civil.Date]bool // Saturdays and Sundays that are worked
	years  map[int]Basis
}

// span is a run of days, both ends included.
type span struct {
	From  civil.Date `json:"from"`
	Until civil.Date `json:"until"`
}

type year struct {
	Year   int          `json:"year"`
	Basis  string       `json:"basis"`
	Source string       `json:"source"`
	Off    []span       `json:"off"`
	Worked []civil.Date `json:"worked"`
}

//go:embed china.json
var china []byte

// China returns the calendar of mainland China that comes with the program.
func China() (*Calendar, error) { return Read(china) }

// Digest changes whenever the calendar of China does.
func Digest() [sha256.Size]byte { return sha256.Sum256(china) }

// Read reads a calendar file: a list of years, each with its basis, its source,
// runs of days off and the weekend days worked instead. It refuses days of
// another year, a worked day that is no weekend day or is also off, and a year
// that comes twice.
func Read(raw []byte) (*Calendar, error) {
	var list []year
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("calendar of working days: %w", err)
	}
	c := &Calendar{off: map[civil.Date]bool{}, worked: map[civil.Date]bool{}, years: map[int]Basis{}}
	for _, y := range list {
		if err := c.add(y); err != nil {
			return nil, fmt.Errorf("calendar of working days, %d: %w", y.Year, err)
		}
	}
	return c, nil
}

func (c *Calendar) add(y year) error {
	basis := Basis(0)
	for b, name := range names {
		if name == y.Basis && b != Weekends {
			basis = b
		}
	}
	if basis == 0 || y.Source == "" {
		return fmt.Errorf("basis %q, source %q", y.Basis, y.Source)
	}
	if c.years[y.Year] != 0 {
		return fmt.Errorf("comes twice")
	}
	c.years[y.Year] = basis
	for _, s := range y.Off {
		if s.From.Year() != y.Year || s.Until.Year() != y.Year || s.Until < s.From || s.Until > s.From.AddDays(20) {
			return fmt.Errorf("days off %s to %s", s.From, s.Until)
		}
		for d := s.From; d <= s.Until; d = d.AddDays(1) {
			c.off[d] = true
		}
	}
	for _, d := range y.Worked {
		if d.Year() != y.Year || !weekend(d) || c.off[d] {
			return fmt.Errorf("worked day %s", d)
		}
		c.worked[d] = true
	}
	return nil
}

// weekend reports a Saturday or Sunday; day 1 of the calendar was a Monday.
func weekend(d civil.Date) bool { return (d-1)%7 >= 5 }

// Works reports whether a day is a working day.
func (c *Calendar) Works(d civil.Date) bool {
	if weekend(d) {
		return c.worked[d]
	}
	return !c.off[d]
}

// Year says how well a year is known.
func (c *Calendar) Year(y int) Basis { return cmp.Or(c.years[y], Weekends) }

// Basis says on what a count between two days rests: the least known year among them.
func (c *Calendar) Basis(from, until civil.Date) Basis {
	worst := Sourced
	for y := from.Year(); y <= until.Year(); y++ {
		worst = max(worst, c.Year(y))
	}
	return worst
}

// Add returns the n-th working day after a day, which itself is not counted; for
// n of 0 or less, the day moved as Roll does.
func (c *Calendar) Add(from civil.Date, n int) civil.Date {
	if n <= 0 {
		return c.Roll(from)
	}
	d := from
	for n > 0 && d < civil.Forever {
		if d = d.AddDays(1); c.Works(d) {
			n--
		}
	}
	return d
}

// Roll returns the day itself when it is worked, otherwise the first working day
// after it (Civil Code art. 203).
func (c *Calendar) Roll(d civil.Date) civil.Date {
	for d < civil.Forever && !c.Works(d) {
		d = d.AddDays(1)
	}
	return d
}

// Count returns the working days after from, up to and including until; 0 when
// until is not after from. It is the inverse of Add.
func (c *Calendar) Count(from, until civil.Date) (n int) {
	for d := from.AddDays(1); d <= until; d = d.AddDays(1) {
		if c.Works(d) {
			n++
		}
	}
	return n
}

// Years returns the years that the calendar knows, ascending.
func (c *Calendar) Years() []int {
	out := make([]int, 0, len(c.years))
	for y := range c.years {
		out = append(out, y)
	}
	slices.Sort(out)
	return out
}
