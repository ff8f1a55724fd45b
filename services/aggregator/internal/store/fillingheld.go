package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"slices"
)

// record is what one resident has in one section of a run. Section 0 says that the
// resident counts at the place, the others have its lines, one for each indicator.
type record struct {
	section uint32
	place   []byte // of a line, without its event
	lines   []byte // as appendLine writes them
}

// sectionOf is where the lines of an indicator are.
func sectionOf(indicator int32) uint32 { return uint32(indicator) + 1 }

func (r *record) before(other *record) bool {
	if r.section != other.section {
		return r.section < other.section
	}
	return bytes.Compare(r.place, other.place) < 0
}

// heldRun is members and lines in memory, in the order in which they came: of each
// member the place, and then section, length and lines of each section.
type heldRun struct {
	bytes   []byte
	members []heldMember
	groups  int
	lines   []byte // of the section at work
}

// heldMember is where in the bytes a place is, and where the lines behind it end.
type heldMember struct{ begin, end, last uint32 }

// dealtLines is where in the bytes a section of a member begins.
type dealtLines struct{ member, begin uint32 }

// size is how many bytes are held, with those that sorting takes.
func (h *heldRun) size() int { return len(h.bytes) + 16*len(h.members) + 8*h.groups }

func (h *heldRun) clear() { h.bytes, h.members, h.groups = h.bytes[:0], h.members[:0], 0 }

func (h *heldRun) add(m *MemberRow, lines []LineRow) {
	is := heldMember{begin: uint32(len(h.bytes))}
	h.bytes = append(h.bytes, (&LinePlace{m.Village, m.SortKey, m.ResidentID, ""}).bytes()...)
	is.end = uint32(len(h.bytes))
	for i := range lines {
		l := &lines[i]
		h.lines = appendLine(h.lines, []byte(l.EventID), l.FromDay, l.UntilDay, l.OnDay, l.Weight)
		if i+1 < len(lines) && lines[i].Indicator == lines[i+1].Indicator {
			continue
		}
		h.bytes = binary.AppendUvarint(h.bytes, uint64(sectionOf(lines[i].Indicator)))
		h.bytes = binary.AppendUvarint(h.bytes, uint64(len(h.lines)))
		h.bytes = append(h.bytes, h.lines...)
		h.lines = h.lines[:0]
		h.groups++
	}
	is.last = uint32(len(h.bytes))
	h.members = append(h.members, is)
}

func (h *heldRun) place(m uint32) []byte { return h.bytes[h.members[m].begin:h.members[m].end] }

// linesAt reads a section of a member, and where the next one begins.
func (h *heldRun) linesAt(begin uint32) (section uint32, lines []byte, next uint32) {
	s, n := binary.Uvarint(h.bytes[begin:])
	size, m := binary.Uvarint(h.bytes[begin+uint32(n):])
	from := begin + uint32(n+m)
	next = from + uint32(size)
	return uint32(s), h.bytes[from:next], next
}

// sorted is a cursor over everything in order, valid until the next add. Members
// are sorted by place; the lines of each are in order already, so that dealing them
// out by section, member after member, leaves every section in order.
func (h *heldRun) sorted() *heldCursor {
	order := make([]uint32, len(h.members))
	var starts []uint32
	for i := range order {
		order[i] = uint32(i)
		h.eachSection(uint32(i), func(section, _ uint32) {
			for int(section) >= len(starts) {
				starts = append(starts, 0)
			}
			starts[section]++
		})
	}
	slices.SortFunc(order, func(a, b uint32) int { return bytes.Compare(h.place(a), h.place(b)) })
	next := uint32(0)
	for s, n := range starts {
		starts[s] = next
		next += n
	}
	dealt := make([]dealtLines, h.groups)
	for _, m := range order {
		h.eachSection(m, func(section, begin uint32) {
			dealt[starts[section]] = dealtLines{m, begin}
			starts[section]++
		})
	}
	return &heldCursor{of: h, order: order, lines: dealt}
}

// eachSection tells where the sections of a member begin.
func (h *heldRun) eachSection(m uint32, each func(section, begin uint32)) {
	is := &h.members[m]
	for at := is.end; at < is.last; {
		section, _, next := h.linesAt(at)
		each(section, at)
		at = next
	}
}

// heldCursor reads what is held.
type heldCursor struct {
	record
	of    *heldRun
	order []uint32     // members that are left
	lines []dealtLines // and lines
}

func (c *heldCursor) next() bool {
	switch {
	case len(c.order) > 0:
		c.record = record{place: c.of.place(c.order[0])}
		c.order = c.order[1:]
	case len(c.lines) > 0:
		c.record.place = c.of.place(c.lines[0].member)
		c.record.section, c.record.lines, _ = c.of.linesAt(c.lines[0].begin)
		c.lines = c.lines[1:]
	default:
		return false
	}
	return true
}

func (c *heldCursor) advance(context.Context) (bool, error) { return c.next(), nil }

func (c *heldCursor) at() *record { return &c.record }
