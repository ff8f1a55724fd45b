package rowfile

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// xmlAttribute takes the first attribute of a tag; ok is false at their end, and
// where they are malformed rest is not blank.
func xmlAttribute(attrs []byte) (name, value, rest []byte, ok bool) {
	attrs = bytes.TrimLeft(attrs, " \t\r\n")
	name, after, found := bytes.Cut(attrs, []byte("="))
	after = bytes.TrimLeft(after, " \t\r\n")
	if !found || len(after) < 2 || after[0] != '"' && after[0] != '\'' {
		return nil, nil, attrs, false
	}
	n := bytes.IndexByte(after[1:], after[0])
	if n < 0 {
		return nil, nil, attrs, false
	}
	return bytes.TrimRight(name, " \t\r\n"), after[1 : n+1], after[n+2:], true
}

// appendUnescaped appends text of XML, written in e, with its escapes undone. ok
// is false where one is not known: nothing but the five of XML itself and numbers is.
func appendUnescaped(dst, src []byte, e Encoding) (out []byte, ok bool) {
	for {
		n := bytes.IndexByte(src, '&')
		if n < 0 {
			return append(dst, src...), true
		}
		dst = append(dst, src[:n]...)
		src = src[n+1:]
		end := bytes.IndexByte(src[:min(len(src), 12)], ';')
		if end < 0 {
			return dst, false
		}
		r := escaped(string(src[:end]))
		if r == 0 {
			return dst, false
		}
		dst = e.AppendEncoded(dst, string(r))
		src = src[end+1:]
	}
}

func escaped(name string) rune {
	switch name {
	case "amp":
		return '&'
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	if len(name) < 2 || name[0] != '#' {
		return 0
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || utf16.IsSurrogate(rune(n)) {
		return 0
	}
	return rune(n)
}
