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
	"sync"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// version grows when the code derives something else from the same facts and
// packs; what is stored is then derived anew.
const version = "8"

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
	plain     []bool       // by key: nobody can be covered
	lines     []ledger.Key // by key: of indicators whose events weigh, how many lines there are
	others    bool
	touched   sync.Map // *Items by facts.Kinds
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
	d.numberLines()
	d.findPlain()
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
	return d.RowsOf(r, w, d.Touched(facts.OfEverything))
}

// RowsOf is Rows with the pieces of these items only, and without villages where
// there are none.
func (d *Deriver) RowsOf(r *facts.Resident, w *facts.World, items *Items) []Row {
	rows, _ := d.rowsOf(r, w, items)
	return rows
}

// RowsAlone is Rows of somebody around whom nobody is known; asks says what AsksOthers
// does.
func (d *Deriver) RowsAlone(r *facts.Resident, w *facts.World) (rows []Row, asks bool) {
	return d.rowsOf(r, w, d.Touched(facts.OfEverything))
}

func (d *Deriver) rowsOf(r *facts.Resident, w *facts.World, items *Items) (rows []Row, asks bool) {
	if r == nil || !r.Known() {
		return nil, false
	}
	g := gatherers.Get().(*gatherer)
	defer gatherers.Put(g)
	c := d.catalogue.Counter(r, w)
	g.count(c, items)
	if items.has[d.Unplaced()] {
		g.unplaced(c, d.Unplaced())
	}
	asks = items.asksOf(c)
	c.Done()
	rows = g.rows()
	for i := range rows {
		rows[i].SortKey = sortKey(r, w, rows[i].Village)
	}
	return rows, asks
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
