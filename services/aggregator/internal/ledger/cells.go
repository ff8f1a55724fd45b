package ledger

import (
	"encoding/binary"
	"errors"

	"xinju.dev/services/platform/civil"
)

// part says where a number of a division comes from.
type part uint64

const (
	below  part = 0 // from the villages under it
	direct part = 1 // counted in the code itself
)

func cellID(key Key, p part) uint64 { return uint64(key)<<1 | uint64(p) }

var errCells = errors.New("a stored month of the ledger is damaged")

// appendCell writes one number of a month: its id, the length of what follows,
// the totals at the beginning of the month, and for each day that changes them
// the day of the month and both changes. Numbers are varints. A number that is
// nothing all month is left out.
func appendCell(out []byte, c *column, from, to int, m Month) []byte {
	var last Count
	if from > 0 {
		last = c.points[from-1].total
	}
	if last == (Count{}) && from == to {
		return out
	}
	body := make([]byte, 0, 16)
	body = appendCount(body, last)
	first := m.first()
	for _, p := range c.points[from:to] {
		body = binary.AppendUvarint(body, uint64(p.day-first))
		body = appendCount(body, p.total.minus(last))
		last = p.total
	}
	out = binary.AppendUvarint(out, c.id)
	out = binary.AppendUvarint(out, uint64(len(body)))
	return append(out, body...)
}

func appendCount(out []byte, n Count) []byte {
	out = binary.AppendVarint(out, int64(n.Eligible))
	return binary.AppendVarint(out, int64(n.Covered))
}

// readCell finds a number in the cells of a month, at the end of one of its days.
func readCell(raw []byte, id uint64, day civil.Date, m Month) (Count, error) {
	for len(raw) > 0 {
		at, n := binary.Uvarint(raw)
		size, n2 := binary.Uvarint(raw[max(n, 0):])
		if n <= 0 || n2 <= 0 || size > uint64(len(raw)-n-n2) {
			return Count{}, errCells
		}
		body := raw[n+n2 : n+n2+int(size)]
		switch {
		case at == id:
			return sumCell(body, uint64(day-m.first()))
		case at > id:
			return Count{}, nil
		}
		raw = raw[n+n2+int(size):]
	}
	return Count{}, nil
}

// sumCell adds up the totals at the beginning and the changes until offset.
func sumCell(body []byte, offset uint64) (Count, error) {
	total, body, ok := takeCount(body)
	for ok && len(body) > 0 {
		day, n := binary.Uvarint(body)
		if n <= 0 {
			return Count{}, errCells
		}
		if day > offset {
			break
		}
		var change Count
		change, body, ok = takeCount(body[n:])
		total = total.plus(change)
	}
	if !ok {
		return Count{}, errCells
	}
	return total, nil
}

func takeCount(raw []byte) (Count, []byte, bool) {
	eligible, n := binary.Varint(raw)
	if n <= 0 {
		return Count{}, nil, false
	}
	covered, n2 := binary.Varint(raw[n:])
	if n2 <= 0 {
		return Count{}, nil, false
	}
	return Count{int32(eligible), int32(covered)}, raw[n+n2:], true
}
