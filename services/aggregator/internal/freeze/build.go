package freeze

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/aggregator/internal/report"
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
	wanted    map[ledger.Key]int
	digest    *report.Digester
	weights   map[numberOfList]*weight
	above     map[string][]string // of each code those that have numbers, itself included
	ids       *idSet              // who counts
}

// numberOfList names the lines that a number is the sum of.
type numberOfList struct{ division, indicator string }

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
	c.Numbers, c.Indicators = p.numbers(v, b.figures, b.f.Late, now, b.req.AsOf)
	c.FigureState = figureState(c.Numbers)
	if b.row.Basis == "" {
		c.EarlierDay, c.League = p.league(v, b.figures, b.f.Late, now, &b.req)
	}
	for _, pack := range v.Packs().Packs() {
		sum := sha256.Sum256(pack.Source)
		c.Packs = append(c.Packs, report.PackRef{ID: pack.ID, Version: pack.Version, Digest: hex.EncodeToString(sum[:])})
	}
	for _, f := range v.Following() {
		c.Positions = append(c.Positions, report.Position{Source: f.Source, Epoch: f.Epoch, Position: f.Position, Head: f.Head, Alarm: f.Alarm})
	}
	c.State, b.wanted, b.content = v.Figures().Digest, keys(v, c.Indicators), c
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
	c.Derivation, c.Lines, c.Persons, c.Tree = w.Derivation(), 0, 0, nil
	b.digest, b.weights, b.ids = report.NewDigester(), map[numberOfList]*weight{}, &idSet{}
	codes := w.Below(b.req.Division, b.req.AsOf)
	for _, code := range codes {
		n := nodeOf(b.world, code, b.req.AsOf)
		if code == b.req.Division {
			n.Parent = ""
		}
		c.Tree = append(c.Tree, n)
	}
	if !b.req.WithLists {
		return nil
	}
	b.above = aboveOf(c)
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
	v := villageLines{b: b, w: w, code: code, unit: b.world.Manager(code, b.req.AsOf), sums: b.sums(code), open: map[int][]report.Line{}, parts: map[int][]desk.ListPart{}}
	v.pack, _ = b.catalogue.PackFor(b.world, code, b.req.AsOf)
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

// aboveOf lists of each code of a report those at or above it that have numbers.
func aboveOf(c *report.Content) map[string][]string {
	counted, parents := map[string]bool{}, map[string]string{}
	for i := range c.Numbers {
		counted[c.Numbers[i].Division] = true
	}
	for _, n := range c.Tree {
		parents[n.Code] = n.Parent
	}
	out := map[string][]string{}
	for _, n := range c.Tree {
		at := n.Code
		for range len(c.Tree) {
			if counted[at] {
				out[n.Code] = append(out[n.Code], at)
			}
			if at = parents[at]; at == "" {
				break
			}
		}
	}
	return out
}

// weight is what the lines of a number add up to.
type weight struct{ eligible, covered int64 }

// sums are, of one village, the numbers that a line of an indicator is part of.
func (b *builder) sums(village string) [][]*weight {
	out := make([][]*weight, len(b.content.Indicators))
	for column, id := range b.content.Indicators {
		for _, code := range b.above[village] {
			at := numberOfList{code, id}
			if b.weights[at] == nil {
				b.weights[at] = &weight{}
			}
			out[column] = append(out[column], b.weights[at])
		}
	}
	return out
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

// end checks that the lists are as long as the numbers say, and freezes.
func (b *builder) end() error {
	if b.req.WithLists {
		for i := range b.content.Numbers {
			n := &b.content.Numbers[i]
			var list weight
			if w := b.weights[numberOfList{n.Division, n.Indicator}]; w != nil {
				list = *w
			}
			if n.Opens && list != (weight{int64(n.Eligible), int64(n.Covered)}) {
				return fmt.Errorf("freeze: the list of %s in %s has %v, the number %d and %d", n.Indicator, n.Division, list, n.Eligible, n.Covered)
			}
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
