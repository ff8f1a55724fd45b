package report

import (
	"encoding/binary"
	"errors"

	"xinju.dev/services/platform/civil"
)

// errDamaged says that what was kept cannot be read.
var errDamaged = errors.New("a report's content is damaged")

// Line is one line of a list as it was: a resident (stock) or an event (flow).
type Line struct {
	Indicator  int // in Content.Indicators
	Village    string
	SortKey    string
	ResidentID string
	EventID    string // flow; "" for stock
	UnitID     string // that managed the village on the day; "" when none
	On         civil.Date
	From, To   civil.Date // half-open; Forever without an end
	Covered    bool
	Weight     int32
	Evidence   Evidence // zero when it is not covered, or covered rests on no record
}

// Evidence is the record by which a line is covered.
type Evidence struct {
	Kind, ID string
	UnitID   string // "" when unknown
	On       civil.Date
}

// Which is a part of a number, numbered as MemberSet of the API.
type Which int

// The parts.
const (
	Uncovered Which = 1
	Covered   Which = 2
	Eligible  Which = 3
)

// Takes says whether a line belongs to the part.
func (w Which) Takes(covered bool) bool { return w == Eligible || covered == (w == Covered) }

// Of is the size of the part.
func (w Which) Of(n *Number) int64 {
	switch w {
	case Uncovered:
		return int64(n.Eligible) - int64(n.Covered)
	case Covered:
		return int64(n.Covered)
	}
	return int64(n.Eligible)
}

// withEvidence stands above the weight where a record follows. Lines of before it
// was kept are read as they are.
const withEvidence = 1 << 40

// EncodeLines returns the bytes of lines of one village and indicator, which are
// kept beside them and not in them.
func EncodeLines(lines []Line) []byte {
	var out []byte
	for i := range lines {
		l := &lines[i]
		head := uint64(l.Weight) << 1
		if l.Covered {
			head |= 1
		}
		if l.Evidence.ID != "" {
			head |= withEvidence
		}
		out = binary.AppendUvarint(out, head)
		for _, s := range [...]string{l.SortKey, l.ResidentID, l.EventID, l.UnitID} {
			out = appendText(out, s)
		}
		for _, d := range [...]civil.Date{l.On, l.From, l.To} {
			out = binary.AppendVarint(out, int64(d))
		}
		if e := &l.Evidence; e.ID != "" {
			out = appendText(appendText(appendText(out, e.Kind), e.ID), e.UnitID)
			out = binary.AppendVarint(out, int64(e.On))
		}
	}
	return out
}

// DecodeLines reads what EncodeLines wrote.
func DecodeLines(village string, indicator int, raw []byte) ([]Line, error) {
	r := reader{rest: raw}
	var out []Line
	for len(r.rest) > 0 {
		head := r.number()
		l := Line{Village: village, Indicator: indicator, Covered: head&1 == 1, Weight: int32(head &^ withEvidence >> 1)}
		l.SortKey, l.ResidentID, l.EventID, l.UnitID = r.text(), r.text(), r.text(), r.text()
		l.On, l.From, l.To = civil.Date(r.signed()), civil.Date(r.signed()), civil.Date(r.signed())
		if head&withEvidence != 0 {
			l.Evidence = Evidence{Kind: r.text(), ID: r.text(), UnitID: r.text(), On: civil.Date(r.signed())}
		}
		if r.bad {
			return nil, errDamaged
		}
		out = append(out, l)
	}
	return out, nil
}

func appendText(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}

type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) number() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) signed() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.bad, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) text() string {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, nil
		return ""
	}
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}
