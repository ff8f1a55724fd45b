package intakestore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/varint"
)

// A pack is a run of rows of which there is nothing to say but what became of
// them: one row of a table for a thousand of a file. Its first byte is the
// version of its form; version 1 goes on with a checksum of the rest (CRC-32C, 4
// bytes, little-endian) and the number of rows (uvarint), and then for each
//
//	uvarint  row number less that of the row before, of the first one itself
//	byte     outcome
//	text     event id
//	text     resident id
//
// where a text is a uvarint of how many bytes it begins with as that of the row
// before does, a uvarint of how many follow, and those.
const packVersion = 1

const packHead = 1 + 4

// packRows bounds a pack, so that a page of rows does not read many more.
const packRows = 1000

// errPack says that a stored pack cannot be read. It quotes nothing.
var errPack = errors.New("feed: stored outcomes are damaged or from a newer build")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// plain reports a result that a pack can hold.
func plain(r *intake.RowResult) bool {
	return r.Outcome <= outcome.Duplicate && r.Reason == "" && r.Column == "" && len(r.Raw) == 0
}

// mask is the set of outcomes in the column outcomes.
func mask(of ...outcome.Code) (bits int64) {
	for _, c := range of {
		bits |= 1 << c
	}
	return bits
}

// encodePack writes rows in ascending order of their numbers.
func encodePack(rows []intake.RowResult) (pack []byte, outcomes int64) {
	pack = append(make([]byte, 0, packHead+32*len(rows)), packVersion, 0, 0, 0, 0)
	pack = binary.AppendUvarint(pack, uint64(len(rows)))
	var before intake.RowResult
	for i := range rows {
		r := &rows[i]
		pack = binary.AppendUvarint(pack, uint64(r.Number-before.Number))
		pack = append(pack, byte(r.Outcome))
		pack = appendText(pack, before.EventID, r.EventID)
		pack = appendText(pack, before.ResidentID, r.ResidentID)
		outcomes |= mask(r.Outcome)
		before = *r
	}
	binary.LittleEndian.PutUint32(pack[1:], crc32.Checksum(pack[packHead:], castagnoli))
	return pack, outcomes
}

func appendText(pack []byte, before, text string) []byte {
	same := 0
	for same < len(before) && same < len(text) && before[same] == text[same] {
		same++
	}
	pack = binary.AppendUvarint(pack, uint64(same))
	pack = binary.AppendUvarint(pack, uint64(len(text)-same))
	return append(pack, text[same:]...)
}

// decodePack reads the rows of a pack.
func decodePack(pack []byte) ([]intake.RowResult, error) {
	if len(pack) < packHead || pack[0] != packVersion ||
		binary.LittleEndian.Uint32(pack[1:]) != crc32.Checksum(pack[packHead:], castagnoli) {
		return nil, errPack
	}
	p := packReader{varint.Reader{Rest: pack[packHead:]}}
	n := p.Number()
	if n > uint64(len(p.Rest)) { // a row takes more than a byte
		return nil, errPack
	}
	rows := make([]intake.RowResult, n)
	var before intake.RowResult
	for i := range rows {
		r := &rows[i]
		r.Number = before.Number + int(p.Number())
		r.Outcome = outcome.Code(p.Byte())
		r.EventID = p.text(before.EventID)
		r.ResidentID = p.text(before.ResidentID)
		if p.Bad || r.Number <= before.Number || !r.Outcome.Known() {
			return nil, errPack
		}
		before = *r
	}
	if len(p.Rest) > 0 {
		return nil, errPack
	}
	return rows, nil
}

// packReader takes a pack apart.
type packReader struct{ varint.Reader }

// text reads one that begins as the one before.
func (p *packReader) text(before string) string {
	same, more := p.Number(), p.Number()
	if same > uint64(len(before)) {
		p.Bad = true
		return ""
	}
	return before[:same] + string(p.Bytes(more))
}
