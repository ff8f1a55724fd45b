// Package brute answers, day by day and straight from the text of the rules, who
// counts for the indicators and rules of the built-in packs. It is the yardstick
// that package policy and the ledger are measured against, and shares no code
// with them: no sets, no predicates, no packs.
//
// It is slow on purpose and serves tests only.
package brute

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/nip"
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

	others      map[string]*Diary // of the people tied to the resident, once they are asked
	services    []happening       // of every kind, once they are asked
	inOrder     []nip.Dose        // the doses, once they are asked
	doseNumbers map[which]nip.Numbered
	dosesGiven  map[which][]happening

	permits []map[civil.Date]PermitDay // of the resident's permits, once they are asked
}

type page struct {
	stay    int    // index of the residence; -1 when the person lives nowhere
	village string // where the person counts; above a village when the tree has none
	known   bool   // the person counts somewhere
	at      levels // the divisions that hold it; "" below where the person counts
	since   [facts.Village + 1]civil.Date
}

// levels is a division per level of the tree, since is the first day of the
// spell in it.
type levels [facts.Village + 1]string

// Open writes the diary of a resident.
func Open(r *facts.Resident, w *facts.World) *Diary {
	d := &Diary{r: r, w: w, pages: make([]page, Last-First+1)}
	turns := map[civil.Date]bool{}
	for _, day := range w.Changes() {
		turns[day] = true
	}
	spells := map[area]spell{}
	for day := First; day <= Last; day++ {
		p := &d.pages[day-First]
		if p.stay = d.stayOn(day); p.stay < 0 {
			continue
		}
		yesterday := d.on(day - 1)
		if p.stay == yesterday.stay && !turns[day] { // neither the person nor the tree has moved
			p.village, p.known, p.at = yesterday.village, yesterday.known, yesterday.at
		} else {
			p.village = place(w, r.Residences[p.stay].Division, day, nil)
			p.known, p.at = p.village != "", above(w, p.village, day)
		}
		p.clock(yesterday, spells, day)
	}
	return d
}

// area is a division at a level.
type area struct {
	level facts.Level
	code  string
}

type spell struct{ last, since civil.Date }

// clock says since when the person lives in each of the divisions: 离开不超过30天
// 不中断. Who counts above a level, because nothing below is left of the place, is
// in no division of it.
func (p *page) clock(yesterday page, spells map[area]spell, day civil.Date) {
	for l := facts.Province; l <= facts.Village; l++ {
		key := area{l, p.at[l]}
		p.since[l] = day
		if s, ok := spells[key]; ok && p.at[l] != "" && int(day-s.last)-1 <= mostDaysAway {
			p.since[l] = s.since
		}
		if yesterday.stay == p.stay {
			p.since[l] = yesterday.since[l] // nobody moved, whatever became of the county
		}
		if p.at[l] != "" {
			spells[key] = spell{day, p.since[l]}
		}
	}
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
