// Package derive turns one resident's facts into what is kept of them: for each
// village the pieces that count there, over all days and under all packs.
//
// It is a pure function of facts, world and packs; the rules themselves are in
// package policy. It knows no storage and no numbers.
package derive

import (
	"cmp"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// version grows when the code derives something else from the same facts and
// packs; what is stored is then derived anew.
const version = "6"

// Piece is one run of days on which a resident or an event counts.
type Piece struct {
	Key      ledger.Key
	From, To civil.Date // half-open; Forever without an end
	Covered  bool
	Weight   int32      // how many it counts as, at least 1
	EventID  string     // flow; "" for stock
	On       civil.Date // flow: day of the event
}

// Holds says whether the piece counts on a day.
func (p *Piece) Holds(day civil.Date) bool { return p.From <= day && day < p.To }

// Count is what the piece adds to a number on each of its days.
func (p *Piece) Count() ledger.Count {
	n := ledger.Count{Eligible: p.Weight}
	if p.Covered {
		n.Covered = p.Weight
	}
	return n
}

// Row is everything that one resident counts for in one village, or above a
// village where the tree leads to none. The row of no village says on which days
// that is so (covered), or on which the resident counts nowhere at all, under the
// key Unplaced: nobody is lost without a trace.
type Row struct {
	Village string
	SortKey string // orders the village's list
	Pieces  []Piece
}

// Deriver derives under a catalogue. It is immutable and safe for concurrent use.
type Deriver struct {
	catalogue *policy.Catalogue
	ids       []string // of the indicators, sorted; a Key is an index
	keys      map[string]ledger.Key
	packs     map[*policy.Pack][]ledger.Key
	others    bool
}

// New numbers the indicators of all packs: an indicator that several packs have
// is one column of numbers, to which each village contributes by the pack that
// governs it. So the parts of a province always sum up to it.
func New(c *policy.Catalogue) *Deriver {
	d := &Deriver{catalogue: c, keys: map[string]ledger.Key{}, packs: map[*policy.Pack][]ledger.Key{}}
	for _, p := range c.Packs() {
		for i := range p.Indicators {
			d.ids = append(d.ids, p.Indicators[i].ID)
		}
	}
	slices.Sort(d.ids)
	d.ids = slices.Compact(d.ids)
	for i, id := range d.ids {
		d.keys[id] = ledger.Key(i)
	}
	for _, p := range c.Packs() {
		keys := make([]ledger.Key, len(p.Indicators))
		for i := range p.Indicators {
			keys[i] = d.keys[p.Indicators[i].ID]
		}
		d.packs[p] = keys
		d.others = d.others || p.ReadsOthers()
	}
	return d
}

// ReadsOthers says whether what Rows returns may depend on the people tied to the
// resident. While it does not, they need not be there.
func (d *Deriver) ReadsOthers() bool { return d.others }

// Packs is what it derives under.
func (d *Deriver) Packs() *policy.Catalogue { return d.catalogue }

// Derivation names the packs and the code that rows are derived with.
func (d *Deriver) Derivation() string { return version + "/" + d.catalogue.Digest() }

// Key finds an indicator of any pack.
func (d *Deriver) Key(indicator string) (ledger.Key, bool) {
	k, ok := d.keys[indicator]
	return k, ok
}

// Unplaced is the key of the rows of no village; no indicator has it.
func (d *Deriver) Unplaced() ledger.Key { return ledger.Key(len(d.ids)) }

// Indicators returns the identifiers of all indicators; a Key is an index.
func (d *Deriver) Indicators() []string { return d.ids }

// Rows returns what the resident counts for, by village, pieces in canonical
// order. Somebody whom the registry has not told of counts nowhere.
func (d *Deriver) Rows(r *facts.Resident, w *facts.World) []Row {
	if r == nil || !r.Known() {
		return nil
	}
	var rows []Row
	var buf []policy.Piece
	for _, pack := range d.catalogue.Packs() {
		keys := d.packs[pack]
		buf = pack.Pieces(r, w, buf[:0])
		for i := range buf {
			p := &buf[i]
			if p.From >= p.To {
				continue
			}
			row := rowOf(&rows, p.Village)
			row.Pieces = append(row.Pieces, Piece{
				Key: keys[p.Indicator], From: p.From, To: p.To, Covered: p.Covered, Weight: max(p.Weight, 1), EventID: p.EventID, On: p.On,
			})
		}
	}
	for _, s := range r.Stays(w, facts.ByArrival, nil) {
		if s.How == facts.Nowhere || s.How == facts.Above {
			row := rowOf(&rows, "")
			row.Pieces = append(row.Pieces, Piece{Key: d.Unplaced(), From: s.From, To: s.To, Covered: s.How == facts.Above, Weight: 1})
		}
	}
	for i := range rows {
		slices.SortFunc(rows[i].Pieces, order)
		rows[i].Pieces = join(rows[i].Pieces)
		rows[i].SortKey = sortKey(r, w, rows[i].Village)
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Village, b.Village) })
	return rows
}

func rowOf(rows *[]Row, village string) *Row {
	for i := range *rows {
		if (*rows)[i].Village == village {
			return &(*rows)[i]
		}
	}
	*rows = append(*rows, Row{Village: village})
	return &(*rows)[len(*rows)-1]
}

func order(a, b Piece) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), strings.Compare(a.EventID, b.EventID), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

// join makes one piece of two that touch and say the same: where one pack
// follows another, nothing may have changed for the person.
func join(pieces []Piece) []Piece {
	out := pieces[:0]
	for _, p := range pieces {
		if n := len(out); n > 0 {
			q := &out[n-1]
			if q.Key == p.Key && q.EventID == p.EventID && q.On == p.On && q.Covered == p.Covered && q.Weight == p.Weight && q.To == p.From {
				q.To = p.To
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// maxSortKey bounds what is kept of a sort key, in bytes.
const maxSortKey = 128

// sortKey is the one of the resident's latest stay that counts in the village; at
// a unit, which nobody lives in, of the latest stay.
func sortKey(r *facts.Resident, w *facts.World, village string) string {
	unit := facts.UnitOf(village)
	var latest *facts.Residence
	for i := range r.Residences {
		s := &r.Residences[i]
		if unit == "" && s.Division != village && !countsIn(w, s.Division, village) {
			continue
		}
		if latest == nil || cmp.Or(cmp.Compare(begin(s), begin(latest)), strings.Compare(s.ID, latest.ID)) > 0 {
			latest = s
		}
	}
	if latest == nil {
		return ""
	}
	return latest.SortKey[:min(len(latest.SortKey), maxSortKey)]
}

func countsIn(w *facts.World, code, village string) bool {
	return slices.ContainsFunc(w.Standings(code), func(s facts.Standing) bool { return s.At.Place() == village })
}

func begin(s *facts.Residence) civil.Date { return max(s.Arrived, s.Registered, s.FirstSeen) }
