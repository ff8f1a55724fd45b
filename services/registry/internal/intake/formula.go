package intake

import "bytes"

// harmless writes a row so that no cell is a formula when a person opens the
// file with a spreadsheet. It looks at cells as the simplest reader would, so
// that a broken quotation mark hides nothing.
func (s *splitter) harmless(out *bytes.Buffer, raw []byte) {
	for {
		i := s.find(raw)
		cell := raw
		if i >= 0 {
			cell = raw[:i]
		}
		quoted := 0
		for quoted < len(cell) && cell[quoted] == '"' {
			quoted++
		}
		out.Write(cell[:quoted])
		if formula(cell[quoted:]) {
			out.WriteByte('\'')
		}
		out.Write(cell[quoted:])
		if i < 0 {
			return
		}
		out.WriteByte(s.delim)
		raw = raw[i+1:]
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
