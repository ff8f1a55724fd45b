package derive

import (
	"encoding/binary"

	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
)

// AddTo counts what Encode wrote of a row in its village, as Count does piece by
// piece.
func (d *Deriver) AddTo(village *ledger.BulkVillage, raw []byte) error {
	for len(raw) > 0 {
		var p Piece
		size, _ := sizeOf(raw)
		if size == 0 {
			return errDamaged
		}
		p.numbers(raw)
		raw = raw[size:]
		village.Add(p.Key, p.From, p.To, p.Count())
		if lines, weigh := d.lines[p.Key]; weigh {
			p.Weight = 1
			village.Add(lines, p.From, p.To, p.Count())
		}
	}
	return nil
}

// numbers reads what counts of a piece that is whole.
func (p *Piece) numbers(raw []byte) {
	head, n := binary.Uvarint(raw)
	p.Key = ledger.Key(head >> flagBits)
	p.Covered = head&flagCovered != 0
	from, at := binary.Uvarint(raw[n:])
	n += at
	p.From, p.To, p.Weight = civil.Date(from), civil.Forever, 1
	if head&flagOpen == 0 {
		days, at := binary.Uvarint(raw[n:])
		p.To = p.From + civil.Date(days)
		n += at
	}
	if head&flagWeight != 0 {
		weight, _ := binary.Uvarint(raw[n:])
		p.Weight = int32(weight)
	}
}
