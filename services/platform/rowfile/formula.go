package rowfile

import "bytes"

// harmless writes a row so that no cell is a formula when a person opens the
// file with a spreadsheet. Where its quotation marks are wrong, it looks at cells
// as the simplest reader would, so that a broken mark hides nothing.
func (s *splitter) harmless(out *bytes.Buffer, raw []byte) {
	_, whole := s.split(raw)
	for {
		cell, rest, more := raw, []byte(nil), false
		if whole && !s.bare && len(raw) > 0 && raw[0] == '"' {
			_, rest, more, _ = s.one(raw)
		} else if i := s.find(raw); i >= 0 {
			rest, more = raw[i+1:], true
		}
		if more {
			cell = raw[:len(raw)-len(rest)-1]
		}
		quoted, marks := 0, len(cell)
		if whole && !s.bare {
			marks = 1 // a second one belongs to the text
		}
		for quoted < min(len(cell), marks) && cell[quoted] == '"' {
			quoted++
		}
		out.Write(cell[:quoted])
		if formula(cell[quoted:]) {
			out.WriteByte('\'')
		}
		out.Write(cell[quoted:])
		if !more {
			return
		}
		out.WriteByte(s.delim)
		raw = rest
	}
}

// formula reports a cell that a spreadsheet would compute. ="123" is how
// spreadsheets themselves keep digits as text, and a sign before digits alone is
// a telephone or a number.
func formula(cell []byte) bool {
	text := bytes.TrimLeft(cell, " \t")
	if len(text) == 0 {
		return false
	}
	switch text[0] {
	case '=':
		inner, found := bytes.CutPrefix(text, []byte(`="`))
		return !found || len(bytes.Trim(inner, `0123456789Xx"`)) > 0
	case '+', '-':
		return len(bytes.Trim(text[1:], "0123456789 -.")) > 0
	}
	return text[0] == '@'
}
