package nip

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"xinju.dev/services/platform/civil"
)

// Schedule is the whole national schedule, all editions, as it applies in one
// province. It is immutable and safe for concurrent use.
type Schedule struct {
	set      Settings
	products []product
	byID     map[string]*product
	byCode   map[string]*product
	editions []edition
	starts   []civil.Date // first day of each edition here, ascending
	lines    []line
	guidance []Guidance
	digest   [sha256.Size]byte
}

// Digest is a SHA-256 over the data and the readings in use: what was worked out by a
// schedule of another digest is stale. The schedule of a province has that of its country.
func (s *Schedule) Digest() [sha256.Size]byte { return s.digest }

// Settings are the readings that no source settles; data/settings.yaml gives
// the source of each default.
type Settings struct {
	ReachesBack            bool   // the first edition also governs the days before it
	GraceDays              int    // a dose this many days early still counts
	LateAfter              Period // overdue this long after the earliest day where no deadline is named
	LiveSpacing            Period // between injected live vaccines not given on one day
	BCGInLiveGroup         bool   // BCG counts as an injected live vaccine
	LiveSpacingInvalidates bool   // a live dose given too soon after another does not count
}

// Settings returns the readings in use.
func (s *Schedule) Settings() Settings { return s.set }

// With returns the same schedule under other readings.
func (s *Schedule) With(set Settings) *Schedule {
	c := *s
	c.set = set
	c.digest = sha256.Sum256(fmt.Appendf(nil, "%x %v", s.digest, set))
	return &c
}

// In returns the schedule of a province (two digits, GB/T 2260), where some
// editions may have begun later. A province without dates of its own has the
// national ones, and so has "".
func (s *Schedule) In(province string) *Schedule {
	starts := make([]civil.Date, len(s.editions))
	for i, e := range s.editions {
		starts[i] = e.From
		if d, ok := e.provinces[province]; ok {
			starts[i] = d
		}
	}
	if slices.Equal(starts, s.starts) {
		return s
	}
	c := *s
	c.starts = starts
	return &c
}

// Origin says where an item of data comes from and how sure that is: sourced,
// recalled-sure, recalled-fairly-sure, recalled-less-sure or design.
type Origin struct{ Source, Confidence, Note string }

// Edition is one state of the schedule, in force From..To inclusive; To is None
// for the last one.
type Edition struct {
	ID, Chinese, Document string
	From, To              civil.Date
	Origin                Origin
}

type edition struct {
	Edition
	provinces map[string]civil.Date
}

// Editions returns all editions, oldest first, with their national dates.
func (s *Schedule) Editions() []Edition {
	out := make([]Edition, len(s.editions))
	for i, e := range s.editions {
		out[i] = e.Edition
	}
	return out
}

// editionAt returns the index of the edition in force on d; before the first
// edition it is 0, or -1 when the first edition does not reach back.
func (s *Schedule) editionAt(d civil.Date) int {
	for i := len(s.starts) - 1; i >= 0; i-- {
		if d >= s.starts[i] {
			return i
		}
	}
	if s.set.ReachesBack {
		return 0
	}
	return -1
}

// Live says whether a vaccine is live, and how it is given.
type Live string

// The kinds of vaccine that spacing rules tell apart.
const (
	NotLive      Live = "none"
	LiveInjected Live = "injected"
	LiveOral     Live = "oral"
)

// Product is one vaccine as records name it. ID is the official abbreviation,
// Codes are codes of the national immunization information system.
type Product struct {
	ID, Chinese, Route string
	Live               Live
	Codes              []string
	Origin             Origin
}

type product struct {
	Product
	index  uint8
	label  []Period
	counts []countsFor
}

type countsFor struct {
	line     int
	from, to Period
}

// Products returns every product in the order of the data.
func (s *Schedule) Products() []Product {
	out := make([]Product, len(s.products))
	for i, p := range s.products {
		out[i] = p.Product
		out[i].Codes = slices.Clone(p.Codes)
	}
	return out
}

// Product finds a product by its abbreviation, or by its four-digit code.
func (s *Schedule) Product(idOrCode string) (Product, bool) {
	p, ok := s.byID[idOrCode]
	if !ok {
		p, ok = s.byCode[idOrCode]
	}
	if !ok {
		return Product{}, false
	}
	return p.Product, true
}

// Guidance is a rule of the schedule that the forecaster does not evaluate.
type Guidance struct {
	ID, Kind, Text string
	Series         []string
	Origin         Origin
}

// Guidance returns the rules that are on file and not evaluated.
func (s *Schedule) Guidance() []Guidance { return slices.Clone(s.guidance) }

// Series returns the ids of all series, in the order of forecasts.
func (s *Schedule) Series() []string {
	out := make([]string, len(s.lines))
	for i := range s.lines {
		out[i] = s.lines[i].id
	}
	return out
}
