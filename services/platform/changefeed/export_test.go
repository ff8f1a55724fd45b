package changefeed

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"gorm.io/gorm"
)

// SetTimes shortens the waits of a server under test.
func (s *Server) SetTimes(poll, heartbeat time.Duration) { s.poll, s.heartbeat = poll, heartbeat }

// The form of a pack, for tests of it.
var (
	EncodePack = encodePack
	DecodePack = decodePack
	ErrPack    = errPack
	ErrGap     = errGap
)

// ReadIn reads a page as tx sees it.
func ReadIn(tx *gorm.DB, after int64, limit int) ([]Change, error) {
	h, err := readHead(tx)
	if err != nil {
		return nil, err
	}
	return readChanges(tx, after, h.Position, limit)
}

// Checked makes a pack of any bytes, with the version and checksum it needs.
func Checked(body []byte) []byte {
	pack := append([]byte{packVersion, 0, 0, 0, 0}, body...)
	binary.LittleEndian.PutUint32(pack[1:], crc32.Checksum(body, castagnoli))
	return pack
}
