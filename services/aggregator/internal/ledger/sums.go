package ledger

import (
	"encoding/binary"
	"errors"

	"xinju.dev/services/platform/civil"
)

// errSums says that bytes are not what Sums wrote.
var errSums = errors.New("stored sums of a village are damaged")

// Sums writes down what is counted in a code itself, of a village all of it: nil
// when that is nothing. The same numbers are the same bytes. Per key, ascending:
// the key, how many days change it, and for each of these the days since the one
// before and what it changes; numbers are varints, changes mostly one byte.
func (l *Ledger) Sums(code string) []byte {
	div, known := l.names.find(code)
	if !known || int(div) >= len(l.numbers) || l.numbers[div] == nil {
		return nil
	}
	var out []byte
	for key, s := range l.numbers[div].sparse {
		if len(s.points) == 0 {
			continue
		}
		out = binary.AppendUvarint(out, uint64(key))
		out = binary.AppendUvarint(out, uint64(len(s.points)))
		var last point
		for _, p := range s.points {
			out = binary.AppendVarint(out, int64(p.day-last.day))
			out = appendChange(out, p.total.minus(last.total))
			last = p
		}
	}
	return out
}

// A change of fewer than wide both ways is one byte.
const (
	wide  = 8
	large = 0 // the byte before two varints; no small change has it
)

func appendChange(out []byte, c Count) []byte {
	if c.Eligible > -wide && c.Eligible < wide && c.Covered > -wide && c.Covered < wide {
		return append(out, byte(c.Eligible+wide)<<4|byte(c.Covered+wide))
	}
	return appendCount(append(out, large), c)
}

// TakeSums adds what Sums wrote of a village below limit that has no numbers yet.
// Several may be taken at once; the caller keeps everybody else out meanwhile. After
// an error the village has none.
func (l *Ledger) TakeSums(code string, limit Key, raw []byte) error {
	var all []sparse
	for len(raw) > 0 {
		key, n := binary.Uvarint(raw)
		if n <= 0 || key >= uint64(limit) || key < uint64(len(all)) {
			return errSums
		}
		for len(all) < int(key) {
			all = append(all, sparse{})
		}
		var s sparse
		if s, raw = readSums(raw[n:]); s.points == nil {
			return errSums
		}
		all = append(all, s)
	}
	n := l.taken(code)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sparse = all
	for i := range all {
		l.points.Add(int64(len(all[i].points)))
	}
	return nil
}

// readSums reads the numbers of one key; without points they are damaged.
func readSums(raw []byte) (s sparse, rest []byte) {
	count, n := binary.Uvarint(raw)
	if n <= 0 || count > uint64(len(raw)) {
		return sparse{}, nil
	}
	raw = raw[n:]
	points := make([]point, count)
	var last point
	for i := range points {
		days, n := binary.Varint(raw)
		if n <= 0 || n >= len(raw) || i > 0 && days <= 0 {
			return sparse{}, nil
		}
		change := Count{int32(raw[n]>>4) - wide, int32(raw[n]&0xf) - wide}
		small := raw[n] != large
		raw = raw[n+1:]
		if !small {
			if change, raw, small = takeCount(raw); !small {
				return sparse{}, nil
			}
		}
		last = point{last.day + civil.Date(days), last.total.plus(change)}
		points[i] = last
	}
	return sparse{points}, raw
}

// Correction returns the batch that makes the numbers of a village those of another
// ledger, and whether they differ.
func (l *Ledger) Correction(code string, right *Ledger) (*Batch, bool) {
	b := l.Batch()
	l.eachChange(code, func(key Key, d delta) { b.Remove(key, code, d.day, civil.Forever, d.change) })
	differ := false
	right.eachChange(code, func(key Key, d delta) { b.Add(key, code, d.day, civil.Forever, d.change) })
	for c, deltas := range b.villages {
		var s sparse
		if s.merge(deltas); len(s.points) > 0 {
			differ = true
		} else {
			delete(b.villages, c)
		}
	}
	return b, differ
}

func (l *Ledger) eachChange(code string, each func(Key, delta)) {
	div, known := l.names.find(code)
	if !known || int(div) >= len(l.numbers) || l.numbers[div] == nil {
		return
	}
	for key := range l.numbers[div].sparse {
		l.numbers[div].sparse[key].clip(civil.None, civil.Forever, func(d delta) { each(Key(key), d) })
	}
}
