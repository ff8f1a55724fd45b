package derived

import (
	"context"
	"hash/maphash"

	"xinju.dev/services/aggregator/internal/store"
)

// mentions answers whether an identifier may be named by the facts of another:
// "no" is certain, "yes" may be wrong once in some twenty. It keeps residents to
// whom nobody is tied from costing a look into the table. It only grows, in
// layers (a Bloom filter with one bit an identifier); the one writer uses it.
type mentions struct {
	seed   maphash.Seed
	layers [][]uint64
	free   int // identifiers that the last layer still takes
}

const (
	mentionBits  = 16      // of a layer for each identifier that it takes
	firstMention = 1 << 12 // identifiers in the first layer; each next one takes four times as many
)

func newMentions() *mentions { return &mentions{seed: maphash.MakeSeed()} }

// mentionsOf reads who is named in a generation that nobody writes.
func mentionsOf(ctx context.Context, s *store.Store, generation int64) (*mentions, error) {
	m := newMentions()
	err := s.EachNamed(ctx, generation, func(id []byte) error {
		m.add(string(id))
		return nil
	})
	return m, err
}

func (m *mentions) add(id string) {
	if m.may(id) {
		return
	}
	if m.free == 0 {
		m.free = firstMention << (2 * len(m.layers))
		m.layers = append(m.layers, make([]uint64, m.free*mentionBits/64))
	}
	m.free--
	layer := m.layers[len(m.layers)-1]
	bit := maphash.String(m.seed, id) % uint64(64*len(layer))
	layer[bit/64] |= 1 << (bit % 64)
}

// may says whether somebody may name id. Of nothing known it may be.
func (m *mentions) may(id string) bool {
	if m == nil {
		return true
	}
	h := maphash.String(m.seed, id)
	for _, layer := range m.layers {
		bit := h % uint64(64*len(layer))
		if layer[bit/64]&(1<<(bit%64)) != 0 {
			return true
		}
	}
	return false
}

// none says that nobody is named at all.
func (m *mentions) none() bool { return m != nil && len(m.layers) == 0 }
