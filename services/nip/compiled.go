package nip

import "xinju.dev/services/platform/civil"

// The data in the form the forecaster walks: products as bits, series by number.

const (
	maxDoses    = 8  // doses of one track
	maxTracks   = 4  // tracks of one series
	maxLines    = 16 // series
	maxProducts = 64
)

type mask uint64

func (m mask) has(p *product) bool { return m>>p.index&1 == 1 }

// line is one series through all editions. in[e] is nil where edition e does
// not have it; editions that did not change it share the pointer.
type line struct {
	id         string
	in         []*series
	first      *series // of the first edition that has it
	thresholds []Period
	live       bool // an injected live vaccine may be pending in it
	after      int  // the series that doses of this one must follow, or -1
}

type series struct {
	id, chinese  string
	female       bool
	bornFrom     civil.Date
	closes       Period
	condFrom     Period
	condReason   Reason
	completeWith *product
	completeAt   int
	tracks       []track
	origin       Origin
}

func (s *series) applies(c Child) bool {
	return (!s.female || c.Sex == Female) && c.Birth >= s.bornFrom
}

type track struct {
	id         string
	bornBefore civil.Date
	slots      []slot
	late       *catchUp
}

type slot struct {
	product        *product
	accept         mask
	age, validAge  Period
	interval       Period
	validInterval  Period
	sinceFirst     Period
	before         Period
	beforeInterval Period
	after          *after
}

type after struct {
	line                         int
	complete, partial, earlyFrom Period
}

type catchUp struct {
	from    Period
	product *product
	accept  mask
	steps   []step // by total, from 0
}

type step struct {
	remaining        int
	interval, before Period
}
