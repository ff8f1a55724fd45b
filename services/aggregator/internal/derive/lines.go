package derive

import (
	"slices"

	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
)

// numberLines gives every indicator whose events weigh in some pack a key of its
// own for the length of its list, behind all others.
func (d *Deriver) numberLines() {
	var weigh []ledger.Key
	for _, p := range d.catalogue.Packs() {
		for i := range p.Indicators {
			if p.Indicators[i].Weighs() {
				weigh = append(weigh, d.packs[p][i])
			}
		}
	}
	slices.Sort(weigh)
	weigh = slices.Compact(weigh)
	for key := range d.Unplaced() + 1 + ledger.Key(len(weigh)) {
		d.lines = append(d.lines, key)
	}
	for i, key := range weigh {
		d.lines[key] = d.Unplaced() + 1 + ledger.Key(i)
	}
}

// Lines is the key of how many lines stand behind the numbers of a key: the key
// itself, unless events weigh.
func (d *Deriver) Lines(key ledger.Key) ledger.Key {
	return d.lines[key]
}

// Keys is how many keys there are, from 0.
func (d *Deriver) Keys() ledger.Key { return ledger.Key(len(d.lines)) }

// Cell is one interval of the ledger.
type Cell func(key ledger.Key, village string, from, to civil.Date, as ledger.Count)

// Count gives put what a piece of a village adds to the ledger: its number, and
// its line where that is another one.
func (d *Deriver) Count(p *Piece, village string, put Cell) {
	put(p.Key, village, p.From, p.To, p.Count())
	lines := d.Lines(p.Key)
	if lines == p.Key {
		return
	}
	one := *p
	one.Weight = 1
	put(lines, village, p.From, p.To, one.Count())
}
