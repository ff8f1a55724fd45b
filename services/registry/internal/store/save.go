package store

import (
	"bytes"
	"slices"
	"strings"

	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
)

// changes is what a batch writes to the tables of residents, collected so that
// each table is written with few statements.
type changes struct {
	residents, stays, permits, links [][]any

	oldLinks                           []string
	oldResidents, oldStays, oldPermits []string // residents whose rows are written anew
}

// personsBeside is how many persons are written together while the next ones
// are made ready.
const personsBeside = 1000

// save writes the new events and whatever differs from what the tables say.
func (b *batch) save() error {
	b.nameMothers()
	b.moves()
	b.facts = slices.Grow(b.facts, 2*len(b.persons))
	for run := range slices.Chunk(b.persons, personsBeside) {
		c := &changes{}
		for i := range run {
			b.savePerson(c, &run[i])
		}
		if err := b.beside(func() error { return c.write(b.tx) }); err != nil {
			return err
		}
	}
	if b.withdrawn != nil {
		if err := b.saveDocuments(); err != nil {
			return err
		}
	}
	if err := b.rest(); err != nil {
		return err
	}
	if err := b.saveWitnesses(); err != nil {
		return err
	}
	return b.keepHistory()
}

func (b *batch) savePerson(c *changes, p *person) {
	old := b.residents[p.id]
	row := resident{id: p.id, created: b.now.UnixMilli()}
	if old != nil {
		row = *old
	}
	digest, least := p.state.digest(), b.leastVersion(p)
	relinked := b.links[p.id].into != p.into
	if old != nil && bytes.Equal(old.digest, digest[:]) && least <= old.version && !relinked && !b.lost[p.id] &&
		(!b.refolds || b.sameFacts(p, old)) {
		b.seal(p, old.version)
		return
	}
	if row.version = max(row.version, least) + 1; b.moved {
		row.version++ // a fact that comes from somebody else ends there one version earlier
	}
	wasKnown := row.known
	b.seal(p, row.version)
	row.known, row.sex, row.birth, row.death = p.state.Exists, p.state.Sex, p.state.Birth, p.state.Death
	row.flags, row.digest = strings.Join(p.state.Flags, ","), digest[:]
	row.mother = p.mother
	row.updated = b.now.UnixMilli()
	b.personFact(&row, p, wasKnown)
	b.stayFacts(c, &row, p)
	b.permitFacts(c, &row, p)
	if relinked {
		b.linkFact(c, &row, p)
	}
	if old != nil {
		c.oldResidents = append(c.oldResidents, p.id)
	}
	c.residents = append(c.residents, row.values())
}

// seal remembers the version that facts of a person can have had, for events of
// theirs that are withdrawn.
func (b *batch) seal(p *person, version int64) {
	for id := range b.withdrawn {
		if id == p.id || b.was(id) == p.id {
			b.withdrawn[id] = max(b.withdrawn[id], version)
		}
	}
}

func (b *batch) personFact(row *resident, p *person, wasKnown bool) {
	if !p.state.Exists {
		row.person = nil
		if wasKnown {
			row.personVersion = row.version
			b.fact(changefeed.Fact{Kind: b.s.kinds.person, Deleted: true}, p.id, p.id, row.version)
		}
		return
	}
	f := b.s.encode.Person(p.state.Person, row.doubts(p.state.Flags), row.person, civil.DateOf(b.now))
	f.Recorded = row.recorded()
	if wasKnown && bytes.Equal(f.Body, row.person) {
		return
	}
	row.person, row.personVersion = f.Body, row.version
	b.fact(f, p.id, p.id, row.version)
}

func (b *batch) fact(f changefeed.Fact, id, resident string, version int64) {
	f.ID, f.ResidentID, f.Version = id, resident, version
	if f.Deleted {
		f.Body, f.Recorded = nil, civil.None
	}
	b.facts = append(b.facts, f)
}

// linkFact tells the feed who stands for a resident from now on, or that the
// resident stands alone again.
func (b *batch) linkFact(c *changes, row *resident, p *person) {
	if b.links[p.id].into != "" {
		c.oldLinks = append(c.oldLinks, p.id)
	}
	if p.into == "" {
		b.fact(changefeed.Fact{Kind: b.s.kinds.link, Deleted: true}, p.id, p.id, row.version)
		return
	}
	b.fact(b.s.encode.Link(p.into), p.id, p.id, row.version)
	c.links = append(c.links, []any{p.id, p.into, row.version})
}

func (c *changes) write(tx *gorm.DB) error {
	for _, del := range []struct {
		query string
		keys  []string
	}{
		{"DELETE FROM resident WHERE resident_id", c.oldResidents},
		{"DELETE FROM stay WHERE resident_id", c.oldStays},
		{"DELETE FROM permit WHERE resident_id", c.oldPermits},
		{"DELETE FROM resident_link WHERE resident_id", c.oldLinks},
	} {
		if err := deleteIn(tx, del.query, del.keys); err != nil {
			return err
		}
	}
	for _, ins := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"resident", residentColumns, c.residents},
		{"stay", stayColumns, c.stays},
		{"permit", permitColumns, c.permits},
		{"resident_link", linkColumns, c.links},
	} {
		if err := sqlstore.InsertMany(tx, ins.table, ins.columns, ins.rows); err != nil {
			return err
		}
	}
	return nil
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
