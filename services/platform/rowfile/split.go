package rowfile

import "bytes"

// splitter cuts one line into fields, before decoding.
type splitter struct {
	delim  byte
	gb     bool // the line is GB 18030: a delimiter of 40 or more may be half a character
	bare   bool // quotation marks are plain characters
	fields [][]byte
	spare  []byte // unescaped quoted fields
}

func newSplitter(l Layout) splitter {
	return splitter{delim: l.Delimiter, gb: l.Encoding == GB18030, bare: l.NoQuotes}
}

// split returns the fields, valid until the next call. ok is false when a
// quotation mark is not closed or something follows a closing one; the fields
// are then those before it.
func (s *splitter) split(raw []byte) (fields [][]byte, ok bool) {
	s.fields, s.spare = s.fields[:0], s.spare[:0]
	if s.bare || bytes.IndexByte(raw, '"') < 0 {
		s.plain(raw)
		return s.fields, true
	}
	if cap(s.spare) < len(raw) { // so that it never moves while fields point into it
		s.spare = make([]byte, 0, len(raw))
	}
	for {
		field, rest, more, ok := s.one(raw)
		if !ok {
			return s.fields, false
		}
		s.fields = append(s.fields, field)
		if !more {
			return s.fields, true
		}
		raw = rest
	}
}

func (s *splitter) plain(raw []byte) {
	if s.gb && s.delim >= trailMin {
		s.careful(raw)
		return
	}
	for {
		i := bytes.IndexByte(raw, s.delim)
		if i < 0 {
			s.fields = append(s.fields, raw)
			return
		}
		s.fields = append(s.fields, raw[:i])
		raw = raw[i+1:]
	}
}

func (s *splitter) careful(raw []byte) {
	for {
		i := s.find(raw)
		if i < 0 {
			s.fields = append(s.fields, raw)
			return
		}
		s.fields = append(s.fields, raw[:i])
		raw = raw[i+1:]
	}
}

// find returns the position of the next delimiter. In GB 18030 a byte of 40–7E,
// such as "|", can be the second of a character; comma, semicolon, tab and the
// quotation mark cannot.
func (s *splitter) find(raw []byte) int {
	if s.delim < trailMin || !s.gb {
		return bytes.IndexByte(raw, s.delim)
	}
	for i := 0; i < len(raw); {
		c := raw[i]
		if c == s.delim {
			return i
		}
		i++
		if c >= 0x80 {
			if n := gbLen(raw[i-1:]); n > 0 {
				i += n - 1
			}
		}
	}
	return -1
}

// one takes the first field of raw.
func (s *splitter) one(raw []byte) (field, rest []byte, more, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		i := s.find(raw)
		if i < 0 {
			return raw, nil, false, true
		}
		return raw[:i], raw[i+1:], true, true
	}
	start := len(s.spare)
	raw = raw[1:]
	for {
		i := bytes.IndexByte(raw, '"')
		if i < 0 {
			return nil, nil, false, false
		}
		s.spare = append(s.spare, raw[:i]...)
		raw = raw[i+1:]
		switch {
		case len(raw) == 0:
			return s.spare[start:], nil, false, true
		case raw[0] == '"':
			s.spare = append(s.spare, '"')
			raw = raw[1:]
		case raw[0] == s.delim:
			return s.spare[start:], raw[1:], true, true
		default:
			return nil, nil, false, false
		}
	}
}

// sniffDelimiter returns the delimiter that occurs most in the header; a comma
// when there is none. In a header no name holds any of them.
func sniffDelimiter(header []byte, enc Encoding) byte {
	best, most := byte(','), 1
	for _, d := range []byte{',', '\t', '|', ';', '^', '~', 0x01} {
		s := splitter{delim: d, gb: enc == GB18030}
		s.plain(header)
		if n := len(s.fields); n > most {
			best, most = d, n
		}
	}
	return best
}

// cutFixed cuts a line by bytes. After a tab stand remarks, which are no columns;
// a tab is never part of a longer code. Only the last column may be shorter than
// it should be: blanks at the end of a line are often lost on the way.
func cutFixed(fields [][]byte, raw []byte, columns []FixedColumn) (out [][]byte, why cutFault) {
	fields = fields[:0]
	if i := bytes.IndexByte(raw, '\t'); i >= 0 {
		raw = raw[:i]
	}
	last, end := 0, 0
	for _, c := range columns {
		last, end = max(last, c.From), max(end, c.From+c.Bytes)
		from, to := min(c.From, len(raw)), min(c.From+c.Bytes, len(raw))
		fields = append(fields, trimBlank(raw[from:to]))
	}
	switch {
	case len(raw) < last:
		return fields, cutShort
	case len(raw) < end:
		return fields, cutLast
	case len(trimBlank(raw[end:])) > 0:
		return fields, cutLong
	}
	return fields, 0
}

type cutFault uint8

const (
	cutShort cutFault = iota + 1
	cutLast           // only the last column is short
	cutLong
)

func trimBlank(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\r') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}
