package report

import (
	"encoding/json"
	"slices"
	"time"

	"xinju.dev/services/platform/civil"
)

// Content is what is kept of a report besides its lists. Its canonical bytes are
// the first part of what the digest is computed over.
type Content struct {
	ID           string
	Title        string
	Division     string
	DivisionName string
	AsOf         civil.Date
	GroupLevel   int
	WithLists    bool
	CreatedBy    string
	Created      time.Time // UTC, whole milliseconds
	Frozen       time.Time // UTC, whole milliseconds

	PackID     string
	PackName   string
	Packs      []PackRef
	Indicators []string   // their columns, in the order of the pack; what Line.Indicator points to
	Tree       []Node     // the divisions that the numbers and lists are about, by code
	Numbers    []Number   // by division as in Tree order of levels, then by indicator
	EarlierDay civil.Date // end of the quarter before, that ranks are compared with
	League     []Standing // ranks as they were, by indicator and rank
	Positions  []Position
	State      string // digest of the derived state
	Derivation string // packs and code that the state was derived with

	FigureState string `json:",omitempty"` // digest of the numbers from outside that are in the numbers
	Lines       int64
	Persons     int64

	WithTerms bool      `json:",omitempty"` // ratios keep what they were computed from; reports of before do not
	Behind    []Number  `json:",omitempty"` // numbers that stand behind terms of ratios and are not among Numbers
	Columns   []Column  `json:",omitempty"` // of the lists behind these; Line.Indicator points to them after Indicators
	Trees     []DayTree `json:",omitempty"` // the divisions on days of Columns on which they stood otherwise
}

// PackRef is a pack as it was.
type PackRef struct {
	ID      string
	Version int
	Digest  string // SHA-256 of the file, hex
}

// Node is a division on the day of the report.
type Node struct {
	Code, Name, Parent string
	Level              int
}

// Number is one indicator of one division.
type Number struct {
	Division, DivisionName string
	Level                  int
	Indicator, Name        string
	Kind                   int
	Unit                   int     // how the value is read, numbered as RateUnit of the API
	Read                   float64 // the value as it is read: 75 for 75 %
	From, Day              civil.Date
	Eligible, Covered      int32
	Plain                  bool
	HasRate                bool
	Rate                   float64
	Value                  string // rate or count with its unit
	HasTarget              bool
	Target                 float64
	AtMost                 bool
	TargetText             string
	Met                    bool // the target is reached
	Gap                    int64
	Awaits                 string   // why there is no number
	NotCounted             bool     `json:",omitempty"` // it is not counted there, though no source is missing
	Lacking                []string // sources that were not fully counted
	Num, Den               string   // ratio: exact numbers
	Opens                  bool     // the counts are lengths of lists
	Headline               bool     `json:",omitempty"` // the forms show it
	Figures                []Figure `json:",omitempty"` // ratio: the numbers from outside that it was computed from
	Of                     *Ratio   `json:",omitempty"` // ratio: its terms; nil of reports of before, and without terms
}

// Figure is a number from outside as it was.
type Figure struct {
	ID     string
	Day    civil.Date // that it was read for
	Value  string     // exact; "" when there was none
	Source string
}

// HasGap says whether Gap is a number of people or events. A score that misses
// its target has none: nobody is missing to it.
func (n *Number) HasGap() bool { return n.HasTarget && n.Value != "" && (n.Met || n.Gap > 0) }

// Standing is one division's place among its peers for one indicator.
type Standing struct {
	Number       Number
	Rank, Before int        // 1 is best; 0: without one
	Earlier      string     // value on the earlier day
	Level        int        // numbered as WarningLevel of the API: 1 none, 2 yellow, 3 red
	Warned       string     // of what
	Unranked     string     // why it has no rank
	Projected    civil.Date // day on which it reaches the target, if it goes on so; None when it does not
}

// Position is how far a source had been followed.
type Position struct {
	Source, Epoch  string
	Position, Head int64
	Alarm          string
}

// Encode returns the canonical bytes.
func (c *Content) Encode() ([]byte, error) { return json.Marshal(c) }

// Decode reads what Encode wrote.
func Decode(raw []byte) (*Content, error) {
	c := &Content{}
	if err := json.Unmarshal(raw, c); err != nil {
		return nil, errDamaged
	}
	return c, nil
}

// Number finds a number.
func (c *Content) Number(division, indicator string) (*Number, bool) {
	for i := range c.Numbers {
		if n := &c.Numbers[i]; n.Division == division && n.Indicator == indicator {
			return n, true
		}
	}
	return nil, false
}

// numbers are those that forms show: the headlines, and all of a report that
// marks none.
func (r *Report) numbers() []*Number {
	c, some := r.Content, r.marked()
	var out []*Number
	for i := range c.Numbers {
		if n := &c.Numbers[i]; !some || n.Headline {
			out = append(out, n)
		}
	}
	return out
}

// league is numbers of the bulletin.
func (r *Report) league() []*Standing {
	c, some := r.Content, r.marked()
	var out []*Standing
	for i := range c.League {
		if s := &c.League[i]; !some || s.Number.Headline {
			out = append(out, s)
		}
	}
	return out
}

// marked says whether forms show the headlines alone.
func (r *Report) marked() bool {
	return !r.All && slices.ContainsFunc(r.Content.Numbers, func(n Number) bool { return n.Headline })
}

// Below says of every code of the tree on a day whether it is the division or lies
// below it.
func (c *Content) Below(division string, day civil.Date) map[string]bool {
	tree := c.TreeOn(day)
	parents := make(map[string]string, len(tree))
	for _, n := range tree {
		parents[n.Code] = n.Parent
	}
	in := make(map[string]bool, len(tree))
	for _, n := range tree {
		at := n.Code
		for range maxDepth {
			if at == division {
				in[n.Code] = true
				break
			}
			up, known := parents[at]
			if !known || up == "" {
				break
			}
			at = up
		}
	}
	return in
}

// maxDepth bounds a walk upwards, should a tree hold a loop.
const maxDepth = 16

// Signoff is one signature beside a report.
type Signoff struct {
	Role, Name string
	On         civil.Date
	Remark     string
	Digest     string // of the report that was signed
	By         string
	At         time.Time
}
