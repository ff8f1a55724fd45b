// Package brute answers, day by day and straight from the text of the rules, who
// counts for the indicators and rules of the built-in packs. It is the yardstick
// that package policy and the ledger are measured against, and shares no code
// with them: no sets, no predicates, no packs.
//
// It is slow on purpose and serves tests only.
package brute

import (
	"maps"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// First and Last bound the days that a diary covers.
var (
	First = civil.Must("2011-01-01")
	Last  = civil.Must("2028-12-31")
)

// mostDaysAway bridges an absence: 离开不超过30天不中断.
const mostDaysAway = 30

// Diary is one resident's life, a page per day.
type Diary struct {
	r     *facts.Resident
	w     *facts.World
	pages []page
}

type page struct {
	stay    int        // index of the residence; -1 when the person lives nowhere
	village string     // where the person counts; above a village when the tree has none
	county  string     // "" when the tree leads to none
	known   bool       // the person counts somewhere
	since   civil.Date // first day of the spell in the county
}

// Open writes the diary of a resident.
func Open(r *facts.Resident, w *facts.World) *Diary {
	d := &Diary{r: r, w: w, pages: make([]page, Last-First+1)}
	type spell struct{ last, since civil.Date }
	spells := map[string]spell{}
	for day := First; day <= Last; day++ {
		p := &d.pages[day-First]
		p.stay = d.stayOn(day)
		if p.stay < 0 {
			continue
		}
		p.village = place(w, r.Residences[p.stay].Division, day, nil)
		p.known = p.village != ""
		p.county = countyOf(w, p.village, day)
		p.since = day
		if s, ok := spells[p.county]; ok && p.inCounty() && int(day-s.last)-1 <= mostDaysAway {
			p.since = s.since
		}
		if day > First && d.pages[day-First-1].stay == p.stay {
			p.since = d.pages[day-First-1].since // nobody moved, whatever became of the county
		}
		if p.inCounty() {
			spells[p.county] = spell{day, p.since}
		}
	}
	return d
}

func (d *Diary) on(day civil.Date) page {
	if day < First || day > Last {
		return page{stay: -1}
	}
	return d.pages[day-First]
}

// stayOn is the stay that holds on a day: of all that have begun the one that
// began last (of one day the greater id), unless the person has left it.
func (d *Diary) stayOn(day civil.Date) int {
	if dead := d.r.Person.Death; dead != civil.None && day > dead {
		return -1
	}
	best, bestDay := -1, civil.None
	for i, s := range d.r.Residences {
		began := s.Arrived
		if began == civil.None {
			began = s.Registered
		}
		if began == civil.None {
			began = s.FirstSeen
		}
		if began == civil.None || began > day || s.Left != civil.None && s.Left < began {
			continue
		}
		if best < 0 || began > bestDay || began == bestDay && s.ID > d.r.Residences[best].ID {
			best, bestDay = i, began
		}
	}
	if best >= 0 {
		if left := d.r.Residences[best].Left; left != civil.None && day > left {
			return -1
		}
	}
	return best
}

// inCounty: who counts in a province or prefecture only, because nothing below
// is left of the place, is in no county.
func (p *page) inCounty() bool { return p.county != "" }

// place is where somebody counts on a day who is recorded at a code: there; in
// the one successor of what has ended; else in what stands above it. "" for what
// the tree does not have. been ends rings of successors.
func place(w *facts.World, code string, day civil.Date, been map[string]bool) string {
	if w.AncestorAt(code, facts.Province, day) != "" {
		return code
	}
	d, there := w.Any(code, day)
	if !there || been[code] {
		return ""
	}
	now := map[string]bool{code: true}
	maps.Copy(now, been)
	if d.Until != civil.None && d.Until < day && len(d.Successors) == 1 && !now[d.Successors[0]] {
		if _, there := w.Any(d.Successors[0], day); there {
			return place(w, d.Successors[0], day, now)
		}
	}
	return place(w, d.Parent, day, now)
}

// home is the county of a hukou on a day, and the prefecture where nothing of
// the county is left; of places outside of the tree by the digits.
func (d *Diary) home(code string, day civil.Date) (county, prefecture string) {
	if len(code) == 6 {
		code += "000000"
	}
	at := place(d.w, code, day, nil)
	if at == "" {
		return code[:6] + "000000", code[:4] + "00000000"
	}
	return countyOf(d.w, at, day), d.w.AncestorAt(at, facts.Prefecture, day)
}

// countyOf is the county that holds a place, "" when the place is above counties.
func countyOf(w *facts.World, at string, day civil.Date) string {
	if n, ok := w.Division(at, day); !ok || n.Level < facts.County {
		return ""
	}
	return w.AncestorAt(at, facts.County, day)
}

// floating is 流动人口（卫生业务口径）: the hukou is in another county than the
// one lived in on the day. An unknown hukou is not floating.
func (d *Diary) floating(day civil.Date) bool {
	p := d.on(day)
	home := ""
	for i, h := range d.r.Person.Hukou {
		if i == 0 || h.From <= day {
			home = h.Division
		}
	}
	if p.stay < 0 || home == "" || !p.known {
		return false
	}
	there, prefecture := d.home(home, day)
	if there == "" || p.county == "" { // compared at what is known of both
		return prefecture != d.w.AncestorAt(p.village, facts.Prefecture, day)
	}
	return there != p.county
}

// lived: has lived in the county for n months, by anniversary.
func (d *Diary) lived(day civil.Date, n int) bool {
	p := d.on(day)
	return p.stay >= 0 && p.since.AddMonths(n) <= day
}

// months is the age in completed months; -1 before birth or without a birth date.
func (d *Diary) months(day civil.Date) int {
	if b := d.r.Person.Birth; b != civil.None && b <= day {
		return b.MonthsUntil(day)
	}
	return -1
}

func (d *Diary) residentOf6Months(day civil.Date) bool { return d.floating(day) && d.lived(day, 6) }
