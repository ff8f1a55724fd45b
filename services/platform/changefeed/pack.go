package changefeed

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/varint"
)

// A pack is a run of facts in one row: rows cost more than facts do. Its first
// byte is the version of its form. Version 2 goes on with a checksum of the rest
// (CRC-32C, 4 bytes, little-endian), and then for each fact
//
//	uvarint  kind·8 + marks
//	text     resident, unless it is the one of the fact before
//	text     id, unless it is the resident's
//	uvarint  version
//	uvarint  day on which it was recorded, as civil.Date, unless deleted
//	bytes    body, unless deleted
//
// where text and bytes are a uvarint and that many bytes. It is not compressed:
// deflate makes a pack of an import a third as long and costs more than writing
// the rest does. Version 1 had no days; packs of it are still read.
const (
	packVersion  = 2
	packDateless = 1
)

const packHead = 1 + 4

// The marks of a fact.
const (
	markDeleted = 1 << iota
	markOwnID   // the id is the resident's
	markSame    // the resident is the one of the fact before
	markBits    = 3
)

// Bounds of a pack, so that a reader of a few changes does not read many more.
// A single fact may be larger.
const (
	packFacts = 1000
	packBytes = 256 << 10
)

// errPack says that a stored pack cannot be read. It quotes nothing.
var errPack = errors.New("change feed: a stored pack is damaged or from a newer build")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// encodePack writes as many of facts as one pack takes, at least one, and
// returns how many those were.
func encodePack(facts []Fact) (pack []byte, n int) {
	pack = append(make([]byte, 0, packSize(facts)), packVersion, 0, 0, 0, 0)
	resident := ""
	for n < len(facts) && n < packFacts {
		f := &facts[n]
		if n > 0 && len(pack)+len(f.Body)+len(f.ID)+len(f.ResidentID) > packBytes {
			break
		}
		pack = appendFact(pack, f, n > 0 && f.ResidentID == resident)
		resident = f.ResidentID
		n++
	}
	binary.LittleEndian.PutUint32(pack[1:], crc32.Checksum(pack[packHead:], castagnoli))
	return pack, n
}

func packSize(facts []Fact) int {
	size := packHead
	for i := range facts[:min(len(facts), packFacts)] {
		f := &facts[i]
		if size += len(f.Body) + len(f.ID) + len(f.ResidentID) + 5*binary.MaxVarintLen32; size > packBytes {
			break
		}
	}
	return size
}

func appendFact(pack []byte, f *Fact, same bool) []byte {
	marks := uint64(f.Kind) << markBits
	if f.Deleted {
		marks |= markDeleted
	}
	if f.ID == f.ResidentID {
		marks |= markOwnID
	}
	if same {
		marks |= markSame
	}
	pack = binary.AppendUvarint(pack, marks)
	if !same {
		pack = append(binary.AppendUvarint(pack, uint64(len(f.ResidentID))), f.ResidentID...)
	}
	if f.ID != f.ResidentID {
		pack = append(binary.AppendUvarint(pack, uint64(len(f.ID))), f.ID...)
	}
	pack = binary.AppendUvarint(pack, uint64(f.Version))
	if !f.Deleted {
		pack = binary.AppendUvarint(pack, uint64(f.Recorded))
		pack = append(binary.AppendUvarint(pack, uint64(len(f.Body))), f.Body...)
	}
	return pack
}

// decodePack reads the n facts that a pack must hold. Their bodies share its
// memory.
func decodePack(pack []byte, n int64) ([]Fact, error) {
	if len(pack) < packHead || pack[0] != packVersion && pack[0] != packDateless ||
		binary.LittleEndian.Uint32(pack[1:]) != crc32.Checksum(pack[packHead:], castagnoli) {
		return nil, errPack
	}
	r := packReader{varint.Reader{Rest: pack[packHead:]}, pack[0] == packDateless}
	if n < 1 || n > int64(len(r.Rest)) { // a fact takes more than a byte
		return nil, errPack
	}
	facts := make([]Fact, 0, n)
	resident := ""
	for range n {
		f, ok := r.fact(resident, len(facts) > 0)
		if !ok {
			return nil, errPack
		}
		resident = f.ResidentID
		facts = append(facts, f)
	}
	if len(r.Rest) > 0 {
		return nil, errPack
	}
	return facts, nil
}

// packReader takes a pack apart.
type packReader struct {
	varint.Reader
	dateless bool // of the version without days
}

func (r *packReader) fact(before string, follows bool) (f Fact, ok bool) {
	marks := r.Number()
	f.Kind, f.Deleted = int32(marks>>markBits), marks&markDeleted != 0
	switch {
	case marks&markSame == 0:
		f.ResidentID = r.Text()
	case !follows:
		return f, false
	default:
		f.ResidentID = before
	}
	if f.ID = f.ResidentID; marks&markOwnID == 0 {
		f.ID = r.Text()
	}
	f.Version = int64(r.Number())
	if !f.Deleted {
		f.Recorded = r.day()
		f.Body = r.Bytes(r.Number())
	}
	return f, !r.Bad && marks>>markBits == uint64(f.Kind) && f.valid()
}

func (r *packReader) day() civil.Date {
	if r.dateless {
		return civil.None
	}
	n := r.Number()
	r.Bad = r.Bad || n > uint64(civil.Forever)
	return civil.Date(n)
}
