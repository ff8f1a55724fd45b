package freeze

import (
	"bytes"
	"slices"
)

// idSet is identifiers of up to 255 bytes, in as little memory as it takes to put
// them in order: everybody who counts in a province is in one. A million take
// some 32 MB, and nothing for the collector to walk.
type idSet struct {
	blocks [][]byte
	at     []uint32 // where each begins: block and place in it
}

const idBlock = 1 << 16

func (s *idSet) add(id string) {
	last := len(s.blocks) - 1
	if last < 0 || len(s.blocks[last])+1+len(id) > idBlock {
		s.blocks, last = append(s.blocks, make([]byte, 0, idBlock)), last+1
	}
	s.at = append(s.at, uint32(last*idBlock+len(s.blocks[last])))
	s.blocks[last] = append(append(s.blocks[last], byte(len(id))), id...)
}

func (s *idSet) get(at uint32) []byte {
	rest := s.blocks[at/idBlock][at%idBlock:]
	return rest[1 : 1+int(rest[0])]
}

// chunks gives each identifier once, ascending, at most n at a time.
func (s *idSet) chunks(n int, each func([]string) error) error {
	slices.SortFunc(s.at, func(a, b uint32) int { return bytes.Compare(s.get(a), s.get(b)) })
	s.at = slices.CompactFunc(s.at, func(a, b uint32) bool { return bytes.Equal(s.get(a), s.get(b)) })
	ids := make([]string, 0, n)
	for part := range slices.Chunk(s.at, n) {
		ids = ids[:0]
		for _, at := range part {
			ids = append(ids, string(s.get(at)))
		}
		if err := each(ids); err != nil {
			return err
		}
	}
	return nil
}
