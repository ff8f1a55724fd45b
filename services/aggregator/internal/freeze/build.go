package freeze

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/report"
	"xinju.dev/services/platform/civil"
)

// builder makes one report. Numbers are taken at a moment; the lists are read at
// the same state and written as they come, so that memory holds one village.
type builder struct {
	f       *Freezer
	ctx     context.Context //nolint:containedctx // it lives as long as one report is made
	row     *desk.ReportRow
	req     report.Request
	figures *answers.Figures
	basis   idSet // residents of the report that this state is compared with

	content   *report.Content
	world     *facts.World
	catalogue *policy.Catalogue
	wanted    map[ledger.Key][]dated
	digest    *report.Digester
	weights   map[numberOf]*weight
	above     map[civil.Date]map[string][]string // by day, of each code those that have numbers, itself included
	ids       *idSet                             // who counts
}

// look takes the numbers.
func (b *builder) look(v coverage.View) error {
	p, err := planOf(v, &b.req)
	if err != nil {
		return err
	}
	b.world, b.catalogue = v.World(), v.Packs()
	now := b.f.Now().UTC().Truncate(time.Millisecond)
	c := b.req.Wanted(b.row.ID)
	c.Frozen, c.PackID, c.PackName = now, p.pack.ID, p.pack.Name.Chinese
	c.DivisionName = b.world.Name(b.req.Division, b.req.AsOf)
	t := p.take(answers.On(v, b.figures, b.f.Late, now), b.req.AsOf)
	if b.row.Basis == "" {
		c.EarlierDay, c.League = p.league(v, t, &b.req)
	}
	t.terms()
	c.Numbers, c.Indicators, c.WithTerms, c.Behind, c.Columns = t.numbers, t.ids, true, t.behind, t.columns
	c.FigureState = figureState(slices.Concat(t.numbers, t.behind))
	for _, pack := range v.Packs().Packs() {
		sum := sha256.Sum256(pack.Source)
		c.Packs = append(c.Packs, report.PackRef{ID: pack.ID, Version: pack.Version, Digest: hex.EncodeToString(sum[:])})
	}
	for _, f := range v.Following() {
		c.Positions = append(c.Positions, report.Position{Source: f.Source, Epoch: f.Epoch, Position: f.Position, Head: f.Head, Alarm: f.Alarm})
	}
	c.State, b.wanted, b.content = v.Figures().Digest, keys(v, c), c
	if c.Title == "" {
		c.Title = fmt.Sprintf("%s %s 截至%s", c.DivisionName, p.pack.Name.Chinese, b.req.AsOf)
	}
	return nil
}

// read keeps the lists.
func (b *builder) read(w coverage.Whole) error {
	if err := b.f.Desk.DropParts(b.ctx, b.row.ID); err != nil { // of a run that was broken off
		return err
	}
	c := b.content
	c.Derivation, c.Lines, c.Persons = w.Derivation(), 0, 0
	b.digest, b.weights, b.ids = report.NewDigester(), map[numberOf]*weight{}, &idSet{}
	codes := b.trees(w)
	if !b.req.WithLists {
		return nil
	}
	for _, code := range codes {
		if err := b.village(w, code); err != nil {
			return err
		}
	}
	return b.persons(w)
}

// partLines bounds the lines of one part.
const partLines = 400

// village keeps the lines of one division by indicator.
func (b *builder) village(w coverage.Whole, code string) error {
	v := villageLines{b: b, w: w, code: code, sums: b.sums(code), open: map[int][]report.Line{}, parts: map[int][]desk.ListPart{}}
	err := w.Counted(code, func(m coverage.Counted) error {
		b.ids.add(m.ResidentID)
		v.add(&m)
		if len(v.waiting) < peopleStep {
			return nil
		}
		return v.take()
	})
	if err == nil {
		err = v.take()
	}
	if err != nil {
		return err
	}
	return b.write(v.all())
}

// weight is what the lines of a number add up to.
type weight struct{ eligible, covered int64 }

// sums are, of one village, the numbers that a line of a column is part of.
func (b *builder) sums(village string) (out [][]*weight) {
	for column := 0; ; column++ {
		c, ok := b.content.ColumnAt(column)
		if !ok {
			return out
		}
		var of []*weight
		for _, code := range b.above[c.Day][village] {
			at := numberOf{code, c.Indicator, c.Day}
			if b.weights[at] == nil {
				b.weights[at] = &weight{}
			}
			of = append(of, b.weights[at])
		}
		out = append(out, of)
	}
}

// writeBytes is how much of a report one transaction writes, about.
const writeBytes = 1 << 20

func (b *builder) write(parts []desk.ListPart) error {
	for _, p := range parts {
		b.digest.List(p.Village, p.Indicator, p.Part, p.Lines, p.Body)
	}
	for len(parts) > 0 {
		n, size := 0, 0
		for n < len(parts) && size < writeBytes {
			size += len(parts[n].Body)
			n++
		}
		batch := parts[:n]
		if err := b.f.Desk.Write(b.ctx, func(t desk.Tx) error { return t.PutListParts(b.row.ID, batch) }); err != nil {
			return err
		}
		parts = parts[n:]
	}
	return nil
}

// partPersons bounds the persons of one part.
const partPersons = 200

// persons keeps the versions of everybody who counts for something in the
// division on any day, so that a later difference can be explained.
func (b *builder) persons(w coverage.Whole) error {
	err := b.basis.chunks(partPersons, func(ids []string) error {
		for _, id := range ids {
			b.ids.add(id)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.ids.chunks(partPersons, func(ids []string) error {
		var list []report.Person
		err := w.Versions(ids, func(v coverage.Versions) error {
			list = append(list, personOf(&v))
			return nil
		})
		if err != nil {
			return err
		}
		part := desk.PersonPart{FirstID: ids[0], Body: report.EncodePersons(list)}
		b.content.Persons += int64(len(list))
		b.digest.Persons(part.FirstID, part.Body)
		return b.f.Desk.Write(b.ctx, func(t desk.Tx) error { return t.PutPersonParts(b.row.ID, []desk.PersonPart{part}) })
	})
}

func personOf(v *coverage.Versions) report.Person {
	p := report.Person{ID: v.ResidentID, Into: v.Into}
	for _, f := range v.Facts {
		p.Facts = append(p.Facts, report.Fact{Kind: f.Kind, ID: f.ID, Version: f.Version, Recorded: f.Recorded, Owner: f.Owner, Tied: f.Tied})
	}
	p.Sort()
	return p
}

// checks fails when the list of a number is not as long as it says.
func (b *builder) checks() error {
	c := b.content
	for _, numbers := range [...][]report.Number{c.Numbers, c.Behind} {
		for i := range numbers {
			if err := b.check(&numbers[i]); err != nil {
				return err
			}
		}
	}
	for i := range c.League {
		if err := b.check(&c.League[i].Number); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) check(n *report.Number) error {
	var list weight
	if w := b.weights[numberOf{n.Division, n.Indicator, n.Day}]; w != nil {
		list = *w
	}
	if n.Opens && list != (weight{int64(n.Eligible), int64(n.Covered)}) {
		return fmt.Errorf("freeze: the list of %s in %s on %s has %v, the number %d and %d", n.Indicator, n.Division, n.Day, list, n.Eligible, n.Covered)
	}
	return nil
}

// end checks that the lists are as long as the numbers say, and freezes.
func (b *builder) end() error {
	if b.req.WithLists {
		if err := b.checks(); err != nil {
			return err
		}
	}
	row := *b.row
	var err error
	if row.Content, err = b.content.Encode(); err != nil {
		return err
	}
	if row.Summary, err = b.content.Summary().Encode(); err != nil {
		return err
	}
	row.State, row.Digest = int32(report.Frozen), b.digest.Sum(bytes.Clone(row.Content))
	err = b.f.Desk.Write(b.ctx, func(t desk.Tx) error {
		ended, err := t.EndReport(row, int32(report.Frozen))
		if err == nil && !ended {
			err = report.ErrNotFound
		}
		return err
	})
	if err == nil {
		*b.row = row
	}
	return err
}
