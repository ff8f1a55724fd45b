package store

// leaving is a fact that goes from one resident to another.
type leaving struct {
	kept
	resident string
}

// moves prepares facts for new residents: a fact that stays and only changes
// hands is taken from its old resident, so that the feed does not end it after
// it has begun anew.
func (b *batch) moves() {
	if !b.moved {
		return
	}
	b.leavingStays, b.leavingPermits = map[string]leaving{}, map[string]leaving{}
	stays, permits := holdersOf(b.stays), holdersOf(b.permits)
	for i := range b.persons {
		p := &b.persons[i]
		for _, s := range p.state.Stays {
			b.leave(b.stays, stays[s.ID], b.leavingStays, s.ID, p.id)
		}
		for _, t := range p.state.Permits {
			b.leave(b.permits, permits[t.ID], b.leavingPermits, t.ID, p.id)
		}
	}
}

// holdersOf says of each fact whose it is.
func holdersOf(all map[string]map[string]kept) map[string]string {
	out := map[string]string{}
	for resident, facts := range all {
		for id := range facts {
			out[id] = resident
		}
	}
	return out
}

// leave takes a fact from a resident if somebody else has it now.
func (b *batch) leave(all map[string]map[string]kept, from string, into map[string]leaving, id, now string) {
	if from == "" || from == now {
		return
	}
	into[id] = leaving{all[from][id], from}
	delete(all[from], id)
	if b.lost == nil {
		b.lost = map[string]bool{}
	}
	b.lost[from] = true
}

// leastVersion is what a person's row must exceed: whoever had one of the
// events before, or stood for whoever had it, may have given the facts that it
// began a higher version than this person's.
func (b *batch) leastVersion(p *person) (v int64) {
	if !b.moved {
		return 0
	}
	for _, at := range b.takes(p) {
		e := &b.work[at]
		v = max(v, e.least)
		for _, id := range [2]string{e.resident, b.was(e.resident)} {
			if row := b.residents[id]; row != nil {
				v = max(v, row.version)
			}
		}
	}
	return v
}
