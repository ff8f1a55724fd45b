package derived

import (
	"bytes"

	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/aggregator/internal/store"
)

// person is what counts for one resident: the facts under the own identifier,
// and those under the identifiers that are linked to it. Facts are stored once,
// each under the identifier that it came with; a person is put together from
// them wherever one is needed.
//
// A link is followed once. Somebody who is linked has no facts of its own as a
// person, so that whatever is linked to it in turn is about nobody known; links
// never lead on by contract, and one that does is reported.
type person struct {
	id     string
	own    feedfacts.Set // empty while id is linked: then they count for another
	linked []string      // ascending
	more   []feedfacts.Set
}

// known says whether the registry has told of the person.
func (p *person) known() bool { return p.own.Known() }

func (p *person) facts() feedfacts.Set { return feedfacts.Join(p.own, p.more...) }

// held is the number of facts about the person, wherever they are kept.
func (p *person) held() int64 {
	n := p.own.Live() - p.own.Links()
	for _, s := range p.more {
		n += s.Live() - s.Links()
	}
	return int64(n)
}

// rootOf is the person that an identifier's facts count for.
func rootOf(id string, own feedfacts.Set) (string, error) {
	into, err := own.IntoOf(id)
	if into == "" {
		into = id
	}
	return into, err
}

// personOf puts a person together.
func personOf(id string, own feedfacts.Set, linked []string, facts func(id string) (feedfacts.Set, error)) (person, error) {
	p := person{id: id, linked: linked}
	root, err := rootOf(id, own)
	if err != nil {
		return p, err
	}
	if root == id {
		p.own = own
	}
	for _, l := range linked {
		s, err := facts(l)
		if err != nil {
			return p, err
		}
		p.more = append(p.more, s)
	}
	return p, nil
}

// persons reads what is linked to residents whose own facts are at hand. Those
// who are linked themselves come with nothing of their own.
func persons(t store.Tx, generation int64, ids []string, sets []feedfacts.Set) ([]person, error) {
	linked, err := t.LinkedInto(generation, ids)
	if err != nil {
		return nil, err
	}
	var extra []string
	for _, list := range linked {
		extra = append(extra, list...)
	}
	stored, err := t.Residents(generation, extra)
	if err != nil {
		return nil, err
	}
	out := make([]person, len(ids))
	for i, id := range ids {
		out[i], err = personOf(id, sets[i], linked[id], func(l string) (feedfacts.Set, error) { return feedfacts.Decode(stored[l]) })
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// onePerson reads the person that an identifier stands for.
func onePerson(t store.Tx, generation int64, id string) (person, error) {
	set, err := oneSet(t, generation, id)
	if err != nil {
		return person{}, err
	}
	root, err := rootOf(id, set)
	if err != nil {
		return person{}, err
	}
	if root != id {
		if set, err = oneSet(t, generation, root); err != nil {
			return person{}, err
		}
	}
	list, err := persons(t, generation, []string{root}, []feedfacts.Set{set})
	if err != nil {
		return person{}, err
	}
	return list[0], nil
}

func oneSet(t store.Tx, generation int64, id string) (feedfacts.Set, error) {
	stored, err := t.Residents(generation, []string{id})
	if err != nil {
		return nil, err
	}
	return feedfacts.Decode(stored[id])
}

// nextPersons reads the next deriveStep identifiers that have facts, in order, as
// persons; last is where to go on, and nothing is left when list is empty.
func nextPersons(t store.Tx, generation int64, after string) (list []person, last string, err error) {
	var ids []string
	var sets []feedfacts.Set
	err = t.EachResident(generation, after, deriveStep, func(id string, raw []byte) error {
		set, err := feedfacts.Decode(bytes.Clone(raw))
		ids, sets = append(ids, id), append(sets, set)
		return err
	})
	if err != nil || len(ids) == 0 {
		return nil, after, err
	}
	list, err = persons(t, generation, ids, sets)
	return list, ids[len(ids)-1], err
}
