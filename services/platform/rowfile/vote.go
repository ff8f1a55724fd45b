package rowfile

import (
	"bytes"
	"unicode/utf8"
)

// voter counts, over the lines of a file as it streams by, which encoding each
// is written in. Lines can be cut out before anything is decoded, and one
// damaged line costs one vote.
type voter struct {
	line    []byte // the unfinished line
	size    int64
	zeros   int64
	utf8    int64 // lines with more than ASCII that are UTF-8
	gb      int64 // … that are GB 18030 and not UTF-8
	neither int64
	pairs   int64 // two-byte codes in the lines counted by gb
	common  int64 // … of them in the GB 2312 part, as nearly all real text is
	ended   bool  // the last line has a line end
	filled  int64 // lines that are not blank
	crs     int64 // 0D that no 0A follows, roughly: all 0D
	lfs     int64
}

const (
	votingBytes = 16 << 10 // a longer line votes once for each such part
	fewPairs    = 40       // below, rare names weigh too much to judge by
)

func (d *voter) Write(p []byte) (int, error) {
	n := len(p)
	d.size += int64(n)
	d.zeros += int64(bytes.Count(p, []byte{0}))
	d.crs += int64(bytes.Count(p, []byte{'\r'}))
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		if end >= 0 && end < votingBytes && len(d.line) == 0 {
			d.lfs++
			d.vote(p[:end])
			p = p[end+1:]
			continue
		}
		part := p
		if end >= 0 {
			part = p[:end]
		}
		part = part[:min(len(part), votingBytes-len(d.line))]
		d.line = append(d.line, part...)
		p = p[len(part):]
		switch {
		case len(p) > 0 && p[0] == '\n':
			d.lfs++
			p = p[1:]
			d.vote(d.line)
			d.line = d.line[:0]
		case len(d.line) >= votingBytes:
			d.partVotes()
		}
	}
	return n, nil
}

// partVotes lets the part of a long line up to its last character that begins
// no longer code vote, and keeps the rest.
func (d *voter) partVotes() {
	cut := len(d.line)
	for cut > 0 && d.line[cut-1] >= '0' { // below are blanks, commas, quotes: never inside a code
		cut--
	}
	if cut == 0 {
		cut = wholeCodes(d.line)
	}
	d.vote(d.line[:cut])
	d.line = append(d.line[:0], d.line[cut:]...)
}

// wholeCodes is the length of a text without the character that is cut at its end.
func wholeCodes(text []byte) int {
	for k := range 4 {
		if utf8.Valid(text[:len(text)-k]) {
			return len(text) - k
		}
	}
	for k := range 4 {
		if _, _, ok := scanGB(text[:len(text)-k]); ok {
			return len(text) - k
		}
	}
	return len(text)
}

func (d *voter) finish() {
	d.ended = len(d.line) == 0
	if !d.ended {
		d.vote(d.line)
		d.line = nil
	}
}

func (d *voter) vote(line []byte) {
	if !blank(line) {
		d.filled++
	}
	if ascii(line) {
		return
	}
	if utf8.Valid(line) {
		d.utf8++
		return
	}
	pairs, common, ok := scanGB(line)
	if !ok {
		d.neither++
		return
	}
	d.gb++
	d.pairs += pairs
	d.common += common
}

// decide says how a file of bytes that hold ASCII as ASCII is written. given,
// when not empty, is what the sender says; it wins unless most lines contradict
// it. label is what the file itself claims, which decides only where the lines
// do not. It fails with FEED_ENCODING_UNKNOWN.
func (d *voter) decide(given, label Encoding, bom bool) (enc Encoding, sure float64, mixed bool, err error) {
	voters := d.utf8 + d.gb + d.neither
	mixed = d.utf8 > 0 && d.gb > 0
	switch {
	case voters == 0: // ASCII alone reads the same either way
		enc, sure = UTF8, 1
		if label == GB18030 {
			enc = GB18030
		}
	case d.utf8 > d.gb || bom:
		enc, sure = UTF8, float64(d.utf8)/float64(voters)
	default:
		enc, sure = GB18030, float64(d.gb)/float64(voters)
		// Big5, Shift JIS and others are mostly valid GB 18030 too, but fall
		// outside GB 2312, of which simplified Chinese is made: a third of Big5
		// text read as GB 18030 does.
		if common := float64(d.common) / float64(max(d.pairs, 1)); d.pairs >= fewPairs && common < 0.8 {
			sure = min(sure, common/2)
		}
	}
	if given != "" {
		if given != enc && sure > 0.9 && voters > 0 {
			return enc, sure, mixed, ErrEncodingUnknown.With("given", string(given)).With("detected", string(enc))
		}
		return given, sure, mixed, nil
	}
	if sure < 0.5 {
		return enc, sure, mixed, ErrEncodingUnknown
	}
	return enc, sure, mixed, nil
}

// scanGB reports whether line is well-formed GB 18030, and how many two-byte
// codes it has, in all and in GB 2312.
func scanGB(line []byte) (pairs, common int64, ok bool) {
	for i := 0; i < len(line); {
		c := line[i]
		if c < 0x80 {
			i++
			continue
		}
		if c >= 0xA1 && c <= 0xF7 && i+1 < len(line) && line[i+1] >= 0xA1 && line[i+1] < 0xFF { // nearly all text
			pairs++
			common++
			i += 2
			continue
		}
		n := gbLen(line[i:])
		if n == 0 {
			return pairs, common, false
		}
		if n == 2 {
			pairs++
		}
		i += n
	}
	return pairs, common, true
}

// gbLen is the length of the code of more than one byte at the start of b, 0
// when there is none.
func gbLen(b []byte) int {
	if b[0] < leadMin || b[0] > leadMax || len(b) < 2 {
		return 0
	}
	switch t := b[1]; {
	case t >= trailMin && t <= trailMax && t != 0x7F:
		return 2
	case t >= '0' && t <= '9' && len(b) >= 4 && b[2] >= leadMin && b[2] <= leadMax && b[3] >= '0' && b[3] <= '9':
		return 4
	}
	return 0
}

func ascii(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
