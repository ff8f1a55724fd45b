package intake

import "bytes"

// splitter cuts one line into fields, before decoding.
type splitter struct {
	delim  byte
	gb     bool // the line is GB 18030: "|" may be half a character
	fields [][]byte
	spare  []byte // unescaped quoted fields
}

// split returns the fields, valid until the next call. ok is false when a
// quotation mark is not closed or something follows a closing one; the fields
// are then the unquoted ones.
func (s *splitter) split(raw []byte) (fields [][]byte, ok bool) {
	s.fields, s.spare = s.fields[:0], s.spare[:0]
	if bytes.IndexByte(raw, '"') < 0 {
		s.plain(raw)
		return s.fields, true
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

// find returns the position of the next delimiter. Only "|" (7C) can be a trail
// byte; comma, semicolon, tab and the quotation mark cannot.
func (s *splitter) find(raw []byte) int {
	if s.delim != '|' || !s.gb {
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
	best, most := byte(','), 0
	for _, d := range []byte{',', '\t', '|', ';'} {
		s := splitter{delim: d, gb: enc == GB18030}
		s.plain(header)
		if n := len(s.fields); n > most {
			best, most = d, n
		}
	}
	return best
}
