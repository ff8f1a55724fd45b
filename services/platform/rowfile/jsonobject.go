package rowfile

import (
	"unicode/utf16"
	"unicode/utf8"

	"xinju.dev/services/platform/fault"
)

// objectReader reads one JSON object of UTF-8 into cells. It accepts nothing
// that encoding/json refuses, and refuses besides what a row cannot have: lists,
// a name twice, numbers that most programs that write JSON have rounded already.
type objectReader struct {
	set  *cellSet
	src  []byte
	at   int
	name []byte

	why    *fault.Error // the first fault that leaves the rest readable
	column int
}

// read fills the set. filled is false where no value is more than blank.
func (o *objectReader) read(src []byte) (filled bool, why *fault.Error, column int) {
	o.src, o.at, o.name, o.why, o.column = src, 0, o.name[:0], nil, -1
	o.set.reset()
	if why := o.object(0); why != nil {
		return true, why, -1
	}
	if o.space(); o.at < len(o.src) {
		return true, ErrMalformed, -1
	}
	if o.why != nil {
		return true, o.why, o.column
	}
	for i := range o.set.to {
		if o.set.to[i] >= 0 && !blank(o.set.arena[o.set.from[i]:o.set.to[i]]) {
			return true, nil, -1
		}
	}
	return false, nil, -1
}

func (o *objectReader) note(why *fault.Error, column int) {
	if o.why == nil && why != nil {
		o.why, o.column = why, column
	}
}

func (o *objectReader) space() {
	for o.at < len(o.src) && (o.src[o.at] == ' ' || o.src[o.at] == '\t' || o.src[o.at] == '\n' || o.src[o.at] == '\r') {
		o.at++
	}
}

// take passes over blanks and one character.
func (o *objectReader) take(c byte) bool {
	o.space()
	if o.at < len(o.src) && o.src[o.at] == c {
		o.at++
		return true
	}
	return false
}

func (o *objectReader) object(depth int) *fault.Error {
	if !o.take('{') {
		return ErrMalformed
	}
	if depth >= maxLevels {
		return ErrShape
	}
	if o.take('}') {
		return nil
	}
	for {
		length := len(o.name)
		if depth > 0 {
			o.name = append(o.name, '.')
		}
		var why *fault.Error
		if o.space(); o.at >= len(o.src) || o.src[o.at] != '"' {
			return ErrMalformed
		}
		if o.name, why = o.text(o.name); why != nil {
			return why
		}
		if !o.take(':') {
			return ErrMalformed
		}
		if why := o.value(depth); why != nil {
			return why
		}
		o.name = o.name[:length]
		if o.take('}') {
			return nil
		}
		if !o.take(',') {
			return ErrMalformed
		}
	}
}

func (o *objectReader) value(depth int) (why *fault.Error) {
	o.space()
	if o.at >= len(o.src) {
		return ErrMalformed
	}
	from := len(o.set.arena)
	switch c := o.src[o.at]; {
	case c == '{':
		return o.object(depth + 1)
	case c == '[':
		return ErrShape
	case c == '"':
		if o.set.arena, why = o.text(o.set.arena); why != nil {
			return why
		}
	case c == '-' || c >= '0' && c <= '9':
		n := numberLength(o.src[o.at:])
		if n == 0 {
			return ErrMalformed
		}
		o.set.arena = append(o.set.arena, o.src[o.at:o.at+n]...)
		if significant(o.src[o.at:o.at+n]) > 15 {
			o.note(ErrNumberExcel, o.columnOf())
		}
		o.at += n
	case o.word("null"):
	case o.word("true"):
		o.set.arena = append(o.set.arena, "true"...)
	case o.word("false"):
		o.set.arena = append(o.set.arena, "false"...)
	default:
		return ErrMalformed
	}
	column, fault := o.set.put(o.name, from)
	o.note(fault, column)
	return nil
}

func (o *objectReader) columnOf() int {
	if i, ok := o.set.columns[string(o.name)]; ok {
		return i
	}
	return -1
}

func (o *objectReader) word(w string) bool {
	if o.at+len(w) > len(o.src) || string(o.src[o.at:o.at+len(w)]) != w {
		return false
	}
	o.at += len(w)
	return true
}

// text appends the string that begins here.
func (o *objectReader) text(dst []byte) ([]byte, *fault.Error) {
	o.at++
	for o.at < len(o.src) {
		from := o.at
		for o.at < len(o.src) && o.src[o.at] != '"' && o.src[o.at] != '\\' && o.src[o.at] >= ' ' {
			o.at++
		}
		dst = append(dst, o.src[from:o.at]...)
		if o.at >= len(o.src) || o.src[o.at] < ' ' {
			return dst, ErrMalformed
		}
		if o.src[o.at] == '"' {
			o.at++
			return dst, nil
		}
		var ok bool
		if dst, ok = o.escape(dst); !ok {
			return dst, ErrMalformed
		}
	}
	return dst, ErrMalformed
}

func (o *objectReader) escape(dst []byte) ([]byte, bool) {
	if o.at+1 >= len(o.src) {
		return dst, false
	}
	c := o.src[o.at+1]
	o.at += 2
	switch c {
	case '"', '\\', '/':
		return append(dst, c), true
	case 'b':
		return append(dst, '\b'), true
	case 'f':
		return append(dst, '\f'), true
	case 'n':
		return append(dst, '\n'), true
	case 'r':
		return append(dst, '\r'), true
	case 't':
		return append(dst, '\t'), true
	case 'u':
	default:
		return dst, false
	}
	r, ok := hex4(o.src[o.at:])
	if !ok {
		return dst, false
	}
	o.at += 4
	if utf16.IsSurrogate(r) {
		low, ok := rune(0), false
		if o.at+6 <= len(o.src) && o.src[o.at] == '\\' && o.src[o.at+1] == 'u' {
			low, ok = hex4(o.src[o.at+2:])
		}
		// A half alone becomes U+FFFD, which is broken text to the Decoder.
		if r = utf16.DecodeRune(r, low); ok && r != utf8.RuneError {
			o.at += 6
		}
	}
	return utf8.AppendRune(dst, r), true
}

func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// numberLength is the length of the number at the start of b, 0 when there is none.
func numberLength(b []byte) int {
	digits := func(i int) int {
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i
	}
	i := 0
	if i < len(b) && b[i] == '-' {
		i++
	}
	end := digits(i)
	if end == i || b[i] == '0' && end > i+1 {
		return 0
	}
	i = end
	if i < len(b) && b[i] == '.' {
		if end = digits(i + 1); end == i+1 {
			return 0
		}
		i = end
	}
	if i < len(b) && (b[i] == 'e' || b[i] == 'E') {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if end = digits(i); end == i {
			return 0
		}
		i = end
	}
	return i
}

// significant counts the digits of a number without leading zeros and exponent.
func significant(b []byte) (n int) {
	for _, c := range b {
		switch {
		case c == 'e' || c == 'E':
			return n
		case c == '0' && n == 0, c < '0' || c > '9':
		default:
			n++
		}
	}
	return n
}
