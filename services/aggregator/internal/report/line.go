package report

import (
	"encoding/binary"
	"errors"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/varint"
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
	r := varint.Reader{Rest: raw}
	var out []Line
	for len(r.Rest) > 0 {
		head := r.Number()
		l := Line{Village: village, Indicator: indicator, Covered: head&1 == 1, Weight: int32(head &^ withEvidence >> 1)}
		l.SortKey, l.ResidentID, l.EventID, l.UnitID = r.Text(), r.Text(), r.Text(), r.Text()
		l.On, l.From, l.To = civil.Date(r.Signed()), civil.Date(r.Signed()), civil.Date(r.Signed())
		if head&withEvidence != 0 {
			l.Evidence = Evidence{Kind: r.Text(), ID: r.Text(), UnitID: r.Text(), On: civil.Date(r.Signed())}
		}
		if r.Bad {
			return nil, errDamaged
		}
		out = append(out, l)
	}
	return out, nil
}

func appendText(out []byte, s string) []byte {
	return append(binary.AppendUvarint(out, uint64(len(s))), s...)
}
