package store

import (
	"errors"
	"strings"
)

// LinePlace is where a line stands among all lines of an indicator.
type LinePlace struct{ Village, SortKey, ResidentID, EventID string }

// A place is kept as bytes that compare as its parts do one after the other, so
// that a page is one run of the key: a part ends with 0 1, and a 0 in it is
// written 0 255. The last part has no end.
const (
	partEnd   = 1
	partAfter = 2 // behind everything that begins with the same parts
	partZero  = 255
)

func (p *LinePlace) bytes() []byte {
	out := make([]byte, 0, len(p.Village)+len(p.SortKey)+len(p.ResidentID)+len(p.EventID)+6)
	for _, part := range [...]string{p.Village, p.SortKey, p.ResidentID} {
		out = append(appendPart(out, part), 0, partEnd)
	}
	return append(out, p.EventID...)
}

// villageBegin is before all places of a village, and behind those of the ones before.
func villageBegin(village string) []byte { return append(appendPart(nil, village), 0, partEnd) }

// villageEnd is behind all places of a village, and before those of the next ones.
func villageEnd(village string) []byte { return append(appendPart(nil, village), 0, partAfter) }

func appendPart(out []byte, part string) []byte {
	for i := range len(part) {
		if out = append(out, part[i]); part[i] == 0 {
			out = append(out, partZero)
		}
	}
	return out
}

var errPlace = errors.New("the place of a line is damaged")

// placeOf reads what bytes wrote. Its parts share their room.
func placeOf(raw []byte) (p LinePlace, err error) {
	rest := string(raw)
	for _, part := range [...]*string{&p.Village, &p.SortKey, &p.ResidentID} {
		if *part, rest, err = takePart(rest); err != nil {
			return p, err
		}
	}
	p.EventID = rest
	return p, nil
}

func takePart(raw string) (part, rest string, err error) {
	with := "" // of a part that holds a 0, which next to none does
	for {
		at := strings.IndexByte(raw, 0)
		if at < 0 || at+1 == len(raw) {
			return "", "", errPlace
		}
		switch raw[at+1] {
		case partEnd:
			return with + raw[:at], raw[at+2:], nil
		case partZero:
			with += raw[:at+1]
			raw = raw[at+2:]
		default:
			return "", "", errPlace
		}
	}
}
