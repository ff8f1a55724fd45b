package intake

import (
	"bytes"
	"unicode/utf8"
)

// Detection is what the bytes of a whole file say about how it is written.
type Detection struct {
	Encoding   Encoding
	Confidence float64 // 0–1: share of the lines with more than ASCII that agree
	BOM        bool    // the file begins with the UTF-8 mark
}

// detector votes over the lines of a file as it streams by. Lines can be cut
// out before anything is decoded, and one damaged line costs one vote.
type detector struct {
	head    []byte // the first bytes, for kinds of files
	line    []byte // the unfinished line
	skip    bool   // the rest of an overlong line does not vote
	size    int64
	zeros   int64
	utf8    int64 // lines with more than ASCII that are UTF-8
	gb      int64 // … that are GB 18030 and not UTF-8
	neither int64
	pairs   int64 // two-byte codes in the lines counted by gb
	common  int64 // … of them in the GB 2312 part, as nearly all real text is
	content bool  // there is a line after the first that is not blank
	lines   int64
}

const (
	headBytes   = 8 << 10
	votingBytes = 16 << 10 // of one line; more adds nothing
	fewPairs    = 40       // below, rare names weigh too much to judge by
)

func (d *detector) Write(p []byte) (int, error) {
	n := len(p)
	d.size += int64(n)
	if room := headBytes - len(d.head); room > 0 {
		d.head = append(d.head, p[:min(room, n)]...)
	}
	d.zeros += int64(bytes.Count(p, []byte{0}))
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		part := p
		if end >= 0 {
			part, p = p[:end], p[end+1:]
		} else {
			p = nil
		}
		if !d.skip {
			if end >= 0 && len(d.line) == 0 {
				d.vote(part)
			} else {
				d.line = append(d.line, part[:min(len(part), votingBytes-len(d.line))]...)
				d.skip = len(d.line) >= votingBytes
			}
		}
		if end >= 0 {
			if len(d.line) > 0 {
				d.vote(d.line)
			}
			d.line, d.skip = d.line[:0], false
		}
	}
	return n, nil
}

func (d *detector) vote(line []byte) {
	d.lines++
	if d.lines > 1 && !d.content {
		d.content = !blank(line)
	}
	if ascii(line) {
		return
	}
	if utf8.Valid(line) {
		d.utf8++
		return
	}
	pairs, common, ok := scanGB(line)
	if !ok && len(line) < votingBytes {
		d.neither++
		return
	}
	d.gb++
	d.pairs += pairs
	d.common += common
}

// finish decides. given, when not empty, is what the sender says; it wins
// unless most lines contradict it.
func (d *detector) finish(given Encoding) (Detection, error) {
	if len(d.line) > 0 {
		d.vote(d.line)
		d.line = nil
	}
	if d.size == 0 || d.lines == 0 {
		return Detection{}, ErrFileEmpty
	}
	if kind := sniffKind(d.head); kind != "" {
		return Detection{}, ErrFileUnreadable.With("kind", kind)
	}
	if sniffUTF16(d.head) {
		return Detection{}, ErrEncodingUnknown.With("detected", "UTF-16")
	}
	if d.zeros*100 > d.size {
		return Detection{}, ErrFileUnreadable.With("kind", "BINARY")
	}
	out := Detection{BOM: bytes.HasPrefix(d.head, []byte(bom))}
	voters := d.utf8 + d.gb + d.neither
	switch {
	case voters == 0: // ASCII alone reads the same either way
		out.Encoding, out.Confidence = UTF8, 1
	case d.utf8 > d.gb || out.BOM:
		out.Encoding, out.Confidence = UTF8, float64(d.utf8)/float64(voters)
	default:
		out.Encoding, out.Confidence = GB18030, float64(d.gb)/float64(voters)
		// Big5, Shift JIS and others are mostly valid GB 18030 too, but fall
		// outside GB 2312, of which simplified Chinese is made: a third of Big5
		// text read as GB 18030 does.
		if common := float64(d.common) / float64(max(d.pairs, 1)); d.pairs >= fewPairs && common < 0.8 {
			out.Confidence = min(out.Confidence, common/2)
		}
	}
	if given != "" {
		contradicts := given != out.Encoding && out.Confidence > 0.9 && voters > 0
		out.Encoding = given
		if contradicts {
			return out, ErrEncodingUnknown.With("given", string(given))
		}
		return out, nil
	}
	if out.Confidence < 0.5 {
		return out, ErrEncodingUnknown
	}
	return out, nil
}

const bom = "\xEF\xBB\xBF"

// scanGB reports whether line is well-formed GB 18030, and how many two-byte
// codes it has, in all and in GB 2312.
func scanGB(line []byte) (pairs, common int64, ok bool) {
	for i := 0; i < len(line); {
		c := line[i]
		if c < 0x80 {
			i++
			continue
		}
		n := gbLen(line[i:])
		if n == 0 {
			return pairs, common, false
		}
		if n == 2 {
			pairs++
			if c >= 0xA1 && c <= 0xF7 && line[i+1] >= 0xA1 {
				common++
			}
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
