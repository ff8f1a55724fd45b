package policy

import (
	"crypto/sha256"
	"encoding/hex"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/nip"
	rules "xinju.dev/services/permit"
	"xinju.dev/services/platform/civil"
)

// Catalogue is all packs compiled together. It is immutable and safe for
// concurrent use.
type Catalogue struct {
	packs  []*Pack // by id
	byID   map[string]*Pack
	placed map[string][]*Pack // by jurisdiction, by first day
	sizes  program            // what an evaluator of these packs needs room for
	warned Problems           // what is allowed but hardly meant

	schedule *nip.Schedule // of immunization, that the packs were compiled with; of any province
}

// Packs returns every pack, by id.
func (c *Catalogue) Packs() []*Pack { return c.packs }

// Pack finds a pack by its id.
func (c *Catalogue) Pack(id string) (*Pack, bool) {
	p, ok := c.byID[id]
	return p, ok
}

// Digest is a SHA-256 over the files of all packs, and over what they lean on: the
// rules of permits, the calendar of working days and the immunization schedule.
// Derived state that rests on another digest is stale.
func (c *Catalogue) Digest() string {
	h := sha256.New()
	leaned := rules.Digest()
	h.Write(leaned[:])
	if c.schedule != nil { // without any pack
		leaned = c.schedule.Digest()
		h.Write(leaned[:])
	}
	for _, p := range c.packs {
		h.Write([]byte(p.ID))
		h.Write([]byte{0})
		h.Write(p.Source)
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// PackFor returns the pack that governs a division on a day: of the division
// itself and its ancestors the nearest one with a pack in force, else the pack
// without jurisdiction. False when the tree does not know the division on that
// day, or no pack is in force.
func (c *Catalogue) PackFor(w *facts.World, division string, day civil.Date) (*Pack, bool) {
	chain, known := w.Chain(division, day)
	if !known {
		return nil, false
	}
	for l := facts.Village; l > 0; l-- {
		if p := c.inForce(chain[l], day); p != nil && chain[l] != "" {
			return p, true
		}
	}
	p := c.inForce("", day) // the whole country
	return p, p != nil
}

func (c *Catalogue) inForce(place string, day civil.Date) *Pack {
	for _, p := range c.placed[place] {
		if p.From <= day && day < p.To {
			return p
		}
	}
	return nil
}
