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

// onePerson reads the person that an identifier stands for, with the people around.
func onePerson(t store.Tx, generation int64, id string) (near *around, root string, err error) {
	near = newAround(t, generation)
	if _, err = near.meet([]string{id}); err != nil {
		return nil, "", err
	}
	if root, err = near.root(later, id); err != nil {
		return nil, "", err
	}
	_, err = near.gather([]string{root}, nobody)
	return near, root, err
}

// nextPersons reads the next deriveStep identifiers that have facts, in order, as
// persons, where others is said with the people around; ids is empty when nothing
// is left.
func nextPersons(t store.Tx, generation int64, named *mentions, others bool, after string) (near *around, ids []string, err error) {
	near = newAround(t, generation)
	near.named, near.plain = named, !others
	err = t.EachResident(generation, after, deriveStep, func(row store.ResidentRow) (err error) {
		row.Facts, row.Members = bytes.Clone(row.Facts), bytes.Clone(row.Members)
		ids = append(ids, row.ID)
		near.facts[row.ID], err = unchanged(row)
		return err
	})
	if err != nil || len(ids) == 0 {
		return nil, nil, err
	}
	if err := near.hold(ids); err != nil || near.plain {
		return near, ids, err
	}
	_, err = near.gather(ids, nobody)
	return near, ids, err
}

func nobody(string) bool { return false }
