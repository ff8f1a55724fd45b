package derive

import (
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
)

// AddTo counts what Encode wrote of a row in its village, as Count does piece by
// piece. It passes over what the number does not depend on.
func (d *Deriver) AddTo(village *ledger.BulkVillage, raw []byte) error {
	for at := 0; at < len(raw); {
		head, next := number(raw, at)
		from, next := number(raw, next)
		to, weight := civil.Forever, uint64(1)
		if head&flagOpen == 0 {
			var days uint64
			days, next = number(raw, next)
			to = civil.Date(from + days)
		}
		if head&flagWeight != 0 {
			weight, next = number(raw, next)
		}
		if head&flagEvent != 0 {
			var length uint64
			if length, next = number(raw, next); length > uint64(len(raw)) {
				return errDamaged
			}
			_, next = number(raw, next+int(length)) // the day of the event
		}
		key := head >> flagBits
		if next > len(raw) || key >= uint64(len(d.lines)) {
			return errDamaged
		}
		at = next
		p := Piece{From: civil.Date(from), To: to, Covered: head&flagCovered != 0, Weight: int32(weight)}
		village.Add(ledger.Key(key), p.From, p.To, p.Count())
		if lines := d.lines[key]; lines != ledger.Key(key) {
			p.Weight = 1
			village.Add(lines, p.From, p.To, p.Count())
		}
	}
	return nil
}

// number reads an unsigned varint, and says where the next one begins: past the end
// when it does not end.
func number(raw []byte, at int) (v uint64, next int) {
	for shift := 0; at < len(raw); shift += 7 {
		b := raw[at]
		at++
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v, at
		}
	}
	return 0, len(raw) + 1
}
