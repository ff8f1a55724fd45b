package rowfile

import (
	"encoding/binary"
	"os"
)

// textStore keeps the texts that the cells of a workbook share: in memory while
// they are few, then in a temporary file, with bounded memory either way.
type textStore struct {
	o      options
	mem    []byte
	file   *os.File
	size   int64
	count  int
	blocks []int64 // where each run of blockTexts texts begins
	cache  [64]textBlock
}

type textBlock struct {
	number int // counted from 1; 0 is none
	bytes  []byte
}

const (
	blockTexts = 16
	memTexts   = 4 << 20
	maxTexts   = 64 << 20
)

func (s *textStore) add(text []byte) error {
	if s.count%blockTexts == 0 {
		s.blocks = append(s.blocks, s.size)
	}
	s.count++
	before := len(s.mem)
	s.mem = binary.AppendUvarint(s.mem, uint64(len(text)))
	s.mem = append(s.mem, text...)
	s.size += int64(len(s.mem) - before)
	if s.size > s.o.maxSpill || s.count > maxTexts {
		return ErrFileHostile.With("limit", "SHARED_TEXTS")
	}
	if len(s.mem) < memTexts {
		return nil
	}
	return s.spill()
}

func (s *textStore) spill() error {
	if s.file == nil {
		f, err := os.CreateTemp(s.o.tempDir, "rows-*")
		if err != nil {
			return ErrRead.Because(err)
		}
		// Without a name it is gone whatever becomes of the process; where that
		// is not possible, close removes it.
		_ = os.Remove(f.Name())
		s.file = f
	}
	if _, err := s.file.Write(s.mem); err != nil {
		return ErrRead.Because(err)
	}
	s.mem = s.mem[:0]
	return nil
}

// full says that all texts were added.
func (s *textStore) full() error {
	if s.file == nil {
		return nil
	}
	if err := s.spill(); err != nil {
		return err
	}
	s.mem = nil
	return nil
}

func (s *textStore) close() error {
	if s == nil || s.file == nil {
		return nil
	}
	err := s.file.Close()
	_ = os.Remove(s.file.Name())
	return err
}

// text returns the text with a number, valid until the next call.
func (s *textStore) text(i int) ([]byte, bool, error) {
	if i < 0 || i >= s.count {
		return nil, false, nil
	}
	block, err := s.block(i / blockTexts)
	if err != nil {
		return nil, false, err
	}
	for range i % blockTexts {
		n, size := binary.Uvarint(block)
		block = block[size+int(n):]
	}
	n, size := binary.Uvarint(block)
	return block[size : size+int(n)], true, nil
}

func (s *textStore) block(b int) ([]byte, error) {
	from, to := s.blocks[b], s.size
	if b+1 < len(s.blocks) {
		to = s.blocks[b+1]
	}
	if s.file == nil {
		return s.mem[from:to], nil
	}
	c := &s.cache[b%len(s.cache)]
	if c.number != b+1 {
		c.number, c.bytes = 0, append(c.bytes[:0], make([]byte, to-from)...)
		if _, err := s.file.ReadAt(c.bytes, from); err != nil {
			return nil, ErrRead.Because(err)
		}
		c.number = b + 1
	}
	return c.bytes, nil
}
