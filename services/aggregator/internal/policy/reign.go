package policy

import (
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
)

// Which pack governs a place when: on each day the nearest one in force, of the
// place itself and the divisions above it.

// reign is the days on which a pack governs a place.
type reign struct {
	pack *Pack
	days timeline.Set
}

// ruled is a place of which the reigns are known: e.reigns[begin:end].
type ruled struct {
	at         *facts.Chain
	begin, end int
}

// run is a stretch of days in one village under the pack.
type run struct {
	village string
	timeline.Span
}

// under is a pack under which the resident may count: e.all[begin:end] is where the
// resident lives under it.
type under struct {
	pack       *Pack
	begin, end int
	grown      bool // out of all doses of the pack
}

// over returns who governs a place.
func (e *evaluator) over(c *Catalogue, at *facts.Chain) []reign {
	for _, k := range e.chains {
		if k.at == at || *k.at == *at {
			return e.reigns[k.begin:k.end]
		}
	}
	k, left := ruled{at: at, begin: len(e.reigns)}, always
	for l := facts.Village; l > 0 && len(left) > 0; l-- {
		if at[l] != "" && at[l] != at[l-1] {
			left = e.share(c.placed[at[l]], left)
		}
	}
	e.share(c.placed[""], left)
	k.end = len(e.reigns)
	e.chains = append(e.chains, k)
	return e.reigns[k.begin:k.end]
}

// share gives the packs of one division what is left of the days, and returns what
// they leave to those above.
func (e *evaluator) share(packs []*Pack, left timeline.Set) timeline.Set {
	for _, p := range packs {
		begin := len(e.arena)
		if days := e.keep(begin, timeline.Clip(e.arena, left, timeline.Span{From: p.From, To: p.To})); len(days) > 0 {
			e.reigns = append(e.reigns, reign{p, days})
		}
	}
	for _, p := range packs {
		begin := len(e.arena)
		left = e.keep(begin, timeline.Minus(e.arena, left, timeline.Set{{From: p.From, To: p.To}}))
	}
	return left
}

// reignOf is the days on which the pack governs a place.
func (e *evaluator) reignOf(p *Pack, at *facts.Chain) timeline.Set {
	for _, r := range e.over(p.catalogue, at) {
		if r.pack == p {
			return r.days
		}
	}
	return never
}

// governed is the part of the days on which the pack governs a place.
func (e *evaluator) governed(p *Pack, at *facts.Chain, days timeline.Span) timeline.Set {
	reign := e.reignOf(p, at)
	begin := len(e.arena)
	return e.keep(begin, timeline.Clip(e.arena, reign, days))
}

// govern fills e.runs with where and when the pack counts the resident, and says
// whether the pack may count anything of the resident at all.
func (e *evaluator) govern(p *Pack) bool {
	if e.at >= 0 && e.under[e.at].pack == p {
		return true
	}
	e.judge(p.catalogue)
	for i := range e.under {
		if u := &e.under[i]; u.pack == p {
			e.at, e.runs = i, e.all[u.begin:u.end]
			return true
		}
	}
	e.at, e.runs = -1, nil
	return false
}

// judge finds the packs that govern where the resident has ever lived, or where
// one of the events of the resident counts, by either attribution.
func (e *evaluator) judge(c *Catalogue) {
	if e.judged {
		return
	}
	e.judged = true
	stays := e.presence(facts.ByArrival)
	for i := range stays {
		if stays[i].Known() {
			e.meet(c, &stays[i].At)
		}
	}
	for h := range happenings {
		if h != anyService && e.has&happensTo[h] == happensTo[h] {
			e.meetEvents(c, h)
		}
	}
	for i := range e.under {
		u := &e.under[i]
		u.begin = len(e.all)
		e.settle(u)
		u.end = len(e.all)
		u.grown = e.outgrown(u.pack, e.all[u.begin:])
	}
}

// meet notes who governs a place.
func (e *evaluator) meet(c *Catalogue, at *facts.Chain) {
	if at == e.last {
		return
	}
	e.last = at
	for _, r := range e.over(c, at) {
		if !e.met(r.pack) {
			e.under = append(e.under, under{pack: r.pack})
		}
	}
}

func (e *evaluator) met(p *Pack) bool {
	for i := range e.under {
		if e.under[i].pack == p {
			return true
		}
	}
	return false
}

// settle appends where the resident lives under a pack.
func (e *evaluator) settle(u *under) {
	stays := e.presence(facts.ByArrival)
	for i := range stays {
		s := &stays[i]
		if !s.Known() {
			continue
		}
		for _, v := range e.reignOf(u.pack, &s.At) {
			v.From, v.To = max(v.From, s.From), min(v.To, s.To)
			if v.From >= v.To {
				continue
			}
			if n := len(e.all); n > u.begin && e.all[n-1].To == v.From && e.all[n-1].village == s.Village() {
				e.all[n-1].To = v.To
				continue
			}
			e.all = append(e.all, run{s.Village(), v})
		}
	}
}
