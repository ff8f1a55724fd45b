package derive

import (
	"encoding/binary"
	"errors"

	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
)

var errDamaged = errors.New("stored pieces are damaged")

const (
	flagCovered = 1 << iota
	flagEvent
	flagOpen
	flagWeight
	flagBits = 4
)

// Encode returns the canonical bytes of pieces in canonical order.
//
// Per piece: key and four flags (covered, has an event, no end, counts as more
// than one), first day, length in days unless open, weight above one, and for
// events identifier and day; numbers as varints.
func Encode(pieces []Piece) []byte {
	out := make([]byte, 0, 8*len(pieces))
	for i := range pieces {
		out = pieces[i].append(out)
	}
	return out
}

// append writes the piece behind others.
func (p *Piece) append(out []byte) []byte {
	head := uint64(p.Key) << flagBits
	if p.Covered {
		head |= flagCovered
	}
	if p.EventID != "" {
		head |= flagEvent
	}
	if p.To >= civil.Forever {
		head |= flagOpen
	}
	if p.Weight > 1 {
		head |= flagWeight
	}
	out = binary.AppendUvarint(out, head)
	out = binary.AppendUvarint(out, uint64(p.From))
	if p.To < civil.Forever {
		out = binary.AppendUvarint(out, uint64(p.To-p.From))
	}
	if p.Weight > 1 {
		out = binary.AppendUvarint(out, uint64(p.Weight))
	}
	if p.EventID != "" {
		out = binary.AppendUvarint(out, uint64(len(p.EventID)))
		out = append(out, p.EventID...)
		out = binary.AppendVarint(out, int64(p.On)-int64(p.From))
	}
	return out
}

// Decode calls each with the pieces that Encode wrote, in order. The piece is
// valid until each returns.
func Decode(raw []byte, each func(*Piece) error) error {
	var p Piece // one for all: it outlives the call that it is given to
	for len(raw) > 0 {
		p = Piece{}
		n := p.decode(raw)
		if n <= 0 {
			return errDamaged
		}
		raw = raw[n:]
		if err := each(&p); err != nil {
			return err
		}
	}
	return nil
}

// decode returns the bytes it took, 0 when they are damaged.
func (p *Piece) decode(raw []byte) int {
	rest := raw
	number := func() uint64 {
		v, n := binary.Uvarint(rest)
		if n <= 0 {
			rest = nil
			return 0
		}
		rest = rest[n:]
		return v
	}
	head := number()
	if rest == nil {
		return 0
	}
	p.Key = ledger.Key(head >> flagBits)
	p.Covered = head&flagCovered != 0
	p.From, p.To = civil.Date(number()), civil.Forever
	if head&flagOpen == 0 {
		p.To = p.From + civil.Date(number())
	}
	p.Weight = 1
	if head&flagWeight != 0 {
		p.Weight = int32(number())
	}
	if head&flagEvent != 0 {
		n := number()
		if n > uint64(len(rest)) {
			return 0
		}
		p.EventID = string(rest[:n])
		rest = rest[n:]
		v, n2 := binary.Varint(rest)
		if n2 <= 0 {
			return 0
		}
		rest = rest[n2:]
		p.On = p.From + civil.Date(v)
	}
	if rest == nil {
		return 0
	}
	return len(raw) - len(rest)
}

// sizeOf is how many bytes the first piece takes, 0 when they are damaged, and its event.
func sizeOf(raw []byte) (size int, event []byte) {
	head, at := binary.Uvarint(raw)
	if at <= 0 {
		return 0, nil
	}
	numbers := 1 // the first day
	if head&flagOpen == 0 {
		numbers++
	}
	if head&flagWeight != 0 {
		numbers++
	}
	if at = skip(raw, at, numbers); at == 0 || head&flagEvent == 0 {
		return at, nil
	}
	length, n := binary.Uvarint(raw[at:])
	if n <= 0 || length > uint64(len(raw)-at-n) {
		return 0, nil
	}
	begin := at + n
	at = begin + int(length)
	return skip(raw, at, 1), raw[begin:at]
}

// skip goes past some varints, and returns 0 where they do not end.
func skip(raw []byte, at, numbers int) int {
	for ; numbers > 0; numbers-- {
		for {
			if at >= len(raw) {
				return 0
			}
			at++
			if raw[at-1] < 0x80 {
				break
			}
		}
	}
	return at
}
