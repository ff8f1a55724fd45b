package core

import "xinju.dev/services/platform/civil"

// Level is a level of the administrative tree: stored, never derived from digits.
type Level int32

// The levels.
const (
	Province   Level = 1
	Prefecture Level = 2
	County     Level = 3
	Township   Level = 4
	Village    Level = 5
)

// Division is one node of the administrative tree for one run of days.
type Division struct {
	Code       string // 12 digits
	Name       string
	Level      Level
	Parent     string     // "" for a province
	From       civil.Date // None: always
	Until      civil.Date // last day; None while it exists
	Successors []string
	Version    int64
}

// On reports that the node exists on a day.
func (d Division) On(day civil.Date) bool {
	return d.From <= day && (d.Until == civil.None || day <= d.Until)
}

// Unit is a clinic, centre, school or bureau.
type Unit struct {
	ID       string
	Name     string
	Kind     int
	Division string
	Manages  []Managed
	Version  int64
}

// Managed is a village that a unit manages for a run of days.
type Managed struct {
	Division string
	From     civil.Date // None: always
	Until    civil.Date // last day; None while it holds
}

// Key identifies a node for one run of days: the code, and since when if it
// did not always exist.
func (d Division) Key() string {
	if d.From == civil.None {
		return d.Code
	}
	return d.Code + "@" + d.From.String()
}

// DivisionMatch is a node that was looked for by name.
type DivisionMatch struct {
	Division
	Path []string // names from the province down to it
}

// Fits reports that names stand in the path in this order, the last one at its
// end. Others may stand between them.
func (m DivisionMatch) Fits(names []string) bool {
	if len(names) == 0 || len(m.Path) == 0 || m.Path[len(m.Path)-1] != names[len(names)-1] {
		return false
	}
	n := 0
	for _, name := range m.Path {
		if n < len(names) && name == names[n] {
			n++
		}
	}
	return n == len(names)
}
