package report

import (
	"cmp"
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
)

// CauseKind is why a line differs, numbered as ReportCauseKind of the API.
type CauseKind int

// The kinds.
const (
	FactRecorded     CauseKind = 1
	FactChanged      CauseKind = 2
	FactWithdrawn    CauseKind = 3
	Merged           CauseKind = 4
	DivisionChanged  CauseKind = 5
	PackChanged      CauseKind = 6
	ProgramChanged   CauseKind = 7
	NotCountedBefore CauseKind = 8
	NotCountedAfter  CauseKind = 9
)

// Cause is one reason for a difference.
type Cause struct {
	Kind          CauseKind
	FactKind      int32  // 0 when it is about no fact
	Subject       string // fact, division, pack or resident
	Before, After int64  // versions; 0 without
	Recorded      civil.Date
	Text          string // Chinese first
}

// Difference is one line that differs: it came (Before nil), went (After nil), or
// counts otherwise.
type Difference struct {
	Indicator     string
	Before, After *Line
	Causes        []Cause
}

// Shift is what differences add up to for one number, by weight.
type Shift struct{ Appeared, Gone, NewlyCovered, NoLonger int64 }

// Add counts one difference.
func (s *Shift) Add(d *Difference) {
	var was, is, wasCovered, isCovered int64
	if l := d.Before; l != nil {
		was = int64(l.Weight)
		if l.Covered {
			wasCovered = was
		}
	}
	if l := d.After; l != nil {
		is = int64(l.Weight)
		if l.Covered {
			isCovered = is
		}
	}
	s.Appeared += max(is-was, 0)
	s.Gone += max(was-is, 0)
	s.NewlyCovered += max(isCovered-wasCovered, 0)
	s.NoLonger += max(wasCovered-isCovered, 0)
}

// Part is a count of a Shift, numbered as ReportShift of the API.
type Part int

// The counts.
const (
	Everything Part = iota
	Appeared
	Gone
	NewlyCovered
	NoLongerCovered
)

// Of is what the difference adds to the count; 1 for everything.
func (p Part) Of(d *Difference) int64 {
	var s Shift
	s.Add(d)
	switch p {
	case Appeared:
		return s.Appeared
	case Gone:
		return s.Gone
	case NewlyCovered:
		return s.NewlyCovered
	case NoLongerCovered:
		return s.NoLonger
	}
	return 1
}

// Restatement is one number on both sides; one of them may be missing.
type Restatement struct {
	Division, DivisionName, Indicator string
	Before, After                     *Number
	Shift
}

// Comparison is what can be said about two reports besides their lines.
type Comparison struct {
	Before, After *Content
	chains        [2]map[string]string // of every code the codes above it, inside the report
	packs         []Cause
	program       bool
}

// Comparable refuses two reports that are not about the same.
func Comparable(a, b *Content) error {
	if a.Division != b.Division || a.AsOf != b.AsOf || a.WithLists != b.WithLists {
		return ErrComparable
	}
	return nil
}

// NewComparison prepares the comparison of two reports, the earlier one first.
func NewComparison(a, b *Content) *Comparison {
	c := &Comparison{Before: a, After: b}
	for i, side := range [...]*Content{a, b} {
		c.chains[i] = map[string]string{}
		parents := map[string]string{}
		for _, n := range side.Tree {
			parents[n.Code] = n.Parent
		}
		for _, n := range side.Tree {
			c.chains[i][n.Code] = strings.Join(chain(parents, n.Code), "/")
		}
	}
	c.packs = packChanges(a, b)
	version := func(s string) string { before, _, _ := strings.Cut(s, "/"); return before }
	c.program = version(a.Derivation) != version(b.Derivation)
	return c
}

func chain(parents map[string]string, code string) []string {
	out := []string{code}
	for range maxDepth {
		up, known := parents[code]
		if !known || up == "" {
			break
		}
		out, code = append(out, up), up
	}
	return out
}

func packChanges(a, b *Content) []Cause {
	was := map[string]PackRef{}
	for _, p := range a.Packs {
		was[p.ID] = p
	}
	var out []Cause
	for _, p := range b.Packs {
		if old, there := was[p.ID]; !there || old.Digest != p.Digest {
			out = append(out, Cause{Kind: PackChanged, Subject: p.ID, Before: int64(old.Version), After: int64(p.Version), Text: "政策包 " + p.ID + " 已更换或修改 another version of the pack counts"})
		}
		delete(was, p.ID)
	}
	for _, p := range a.Packs {
		if _, gone := was[p.ID]; gone {
			out = append(out, Cause{Kind: PackChanged, Subject: p.ID, Before: int64(p.Version), Text: "政策包 " + p.ID + " 已停用 the pack does not count any more"})
		}
	}
	return out
}

// Circumstances says what changed besides facts, for people.
func (c *Comparison) Circumstances() []string {
	var out []string
	for _, p := range c.packs {
		out = append(out, p.Text)
	}
	out = append(out, c.figures()...)
	for _, code := range union(keysOf(c.chains[0]), keysOf(c.chains[1])) {
		if !c.SameChain(code) {
			out = append(out, "区划 "+code+" 的隶属关系已变更 the division stands elsewhere or is gone")
		}
	}
	if c.program {
		out = append(out, "程序的推导规则已更新 the program derives by another version")
	}
	return out
}

// SameChain says whether a code stands in the same place on both sides. Where it
// does not, each of its lines went from the one place and came to the other.
func (c *Comparison) SameChain(code string) bool { return c.chains[0][code] == c.chains[1][code] }

// Above lists a code and those above it inside the report, on one side.
func (c *Comparison) Above(after bool, code string) []string {
	side := 0
	if after {
		side = 1
	}
	return strings.Split(c.chains[side][code], "/")
}

// Lines compares the lines of one code and indicator.
func (c *Comparison) Lines(code, indicator string, before, after []Line) []Difference {
	var out []Difference
	if !c.SameChain(code) {
		for i := range before {
			out = append(out, Difference{Indicator: indicator, Before: &before[i]})
		}
		for i := range after {
			out = append(out, Difference{Indicator: indicator, After: &after[i]})
		}
	} else {
		was := map[[2]string]*Line{}
		for i := range before {
			was[[2]string{before[i].ResidentID, before[i].EventID}] = &before[i]
		}
		for i := range after {
			k := [2]string{after[i].ResidentID, after[i].EventID}
			old, there := was[k]
			delete(was, k)
			if !there || old.Covered != after[i].Covered || old.Weight != after[i].Weight {
				out = append(out, Difference{Indicator: indicator, Before: old, After: &after[i]})
			}
		}
		for _, old := range was {
			out = append(out, Difference{Indicator: indicator, Before: old})
		}
	}
	slices.SortFunc(out, func(a, b Difference) int {
		x, y := a.line(), b.line()
		return cmp.Or(strings.Compare(x.ResidentID, y.ResidentID), strings.Compare(x.EventID, y.EventID), sideOf(&a)-sideOf(&b))
	})
	return out
}

func sideOf(d *Difference) int {
	if d.Before != nil {
		return 0
	}
	return 1
}

func (d *Difference) line() *Line {
	if d.After != nil {
		return d.After
	}
	return d.Before
}

// Resident is whom the difference is about.
func (d *Difference) Resident() string { return d.line().ResidentID }

// Numbers pairs the numbers of both sides, those of the earlier one first.
func (c *Comparison) Numbers() []Restatement {
	var out []Restatement
	at := map[[2]string]int{}
	for i := range c.Before.Numbers {
		n := &c.Before.Numbers[i]
		at[[2]string{n.Division, n.Indicator}] = len(out)
		out = append(out, Restatement{Division: n.Division, DivisionName: n.DivisionName, Indicator: n.Indicator, Before: n})
	}
	for i := range c.After.Numbers {
		n := &c.After.Numbers[i]
		if j, there := at[[2]string{n.Division, n.Indicator}]; there {
			out[j].After = n
			continue
		}
		out = append(out, Restatement{Division: n.Division, DivisionName: n.DivisionName, Indicator: n.Indicator, After: n})
	}
	return out
}

func keysOf(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	return out
}

func union(a, b []string) []string {
	out := append(slices.Clone(a), b...)
	slices.Sort(out)
	return slices.Compact(out)
}
