package rowfile

import (
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// appendUTF16 appends src as UTF-8. A lone surrogate, an odd last byte and
// U+FFFD set broken.
func appendUTF16(dst, src []byte, big bool) (out []byte, broken bool) {
	n := len(src) &^ 1
	for i := 0; i < n; i += 2 {
		r := rune(unit(src[i:], big))
		switch {
		case r < 0x80:
			dst = append(dst, byte(r))
			continue
		case utf16.IsSurrogate(r):
			pair := utf8.RuneError
			if i+3 < n {
				pair = utf16.DecodeRune(r, rune(unit(src[i+2:], big)))
			}
			if r = pair; r != utf8.RuneError {
				i += 2
			}
		}
		broken = broken || r == utf8.RuneError
		dst = utf8.AppendRune(dst, r)
	}
	if n < len(src) {
		return append(dst, "\uFFFD"...), true
	}
	return dst, broken
}

func unit(b []byte, big bool) uint16 {
	if big {
		return uint16(b[0])<<8 | uint16(b[1])
	}
	return uint16(b[1])<<8 | uint16(b[0])
}

func appendAsUTF16(dst []byte, s string, big bool) []byte {
	put := func(r rune) {
		if big {
			dst = append(dst, byte(r>>8), byte(r))
		} else {
			dst = append(dst, byte(r), byte(r>>8))
		}
	}
	for _, r := range s {
		if r >= 0x10000 {
			high, low := utf16.EncodeRune(r)
			put(high)
			put(low)
			continue
		}
		put(r)
	}
	return dst
}

// narrowReader gives a UTF-16 stream as UTF-8, so that everything behind it
// knows only encodings in which ASCII is ASCII.
type narrowReader struct {
	src  io.Reader
	big  bool
	raw  [32 << 10]byte
	have int    // bytes of raw that wait for the rest of their character
	out  []byte // decoded, not yet given
	keep []byte // memory of out
	err  error
}

func (r *narrowReader) Read(p []byte) (int, error) {
	for len(r.out) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.fill()
	}
	n := copy(p, r.out)
	r.out = r.out[n:]
	return n, nil
}

func (r *narrowReader) fill() {
	n, err := r.src.Read(r.raw[r.have:])
	r.have += n
	whole := r.have
	if err != nil {
		r.err = err
	}
	if !errors.Is(err, io.EOF) {
		whole &^= 1
		if whole >= 2 && unit(r.raw[whole-2:], r.big)&0xFC00 == 0xD800 {
			whole -= 2
		}
	}
	r.keep, _ = appendUTF16(r.keep[:0], r.raw[:whole], r.big)
	r.out = r.keep
	copy(r.raw[:], r.raw[whole:r.have])
	r.have -= whole
}

// widen is a Writer of UTF-8 in whole characters that writes UTF-16.
type widen struct {
	dst io.Writer
	big bool
	buf []byte
}

func (w *widen) Write(p []byte) (int, error) {
	w.buf = appendAsUTF16(w.buf[:0], string(p), w.big)
	if _, err := w.dst.Write(w.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}

// markOf is the byte order mark of e.
func markOf(e Encoding) string {
	switch e {
	case UTF8:
		return "\xEF\xBB\xBF"
	case UTF16LE:
		return "\xFF\xFE"
	case UTF16BE:
		return "\xFE\xFF"
	}
	return "\x84\x31\x95\x33"
}

// sniffWide tells UTF-16 by its mark or by the zero bytes of its ASCII: digits,
// commas and line ends are ASCII in every file of rows. UTF-32 is named, so that
// it can be refused by name.
func sniffWide(head []byte) (e Encoding, mark, is32 bool) {
	has := func(prefix string) bool { return len(head) >= len(prefix) && string(head[:len(prefix)]) == prefix }
	switch {
	case has("\xFF\xFE\x00\x00"), has("\x00\x00\xFE\xFF"):
		return "", true, true
	case has("\xFF\xFE"):
		return UTF16LE, true, false
	case has("\xFE\xFF"):
		return UTF16BE, true, false
	}
	var zeros [4]int
	for i, c := range head {
		if c == 0 {
			zeros[i&3]++
		}
	}
	even, odd := zeros[0]+zeros[2], zeros[1]+zeros[3]
	few, many := min(even, odd), max(even, odd)
	switch {
	case few*2 >= many && (even+odd)*2 >= len(head) && min(zeros[0], zeros[3]) == 0 && len(head) >= 8:
		return "", false, true
	case many < 4 || many*10 < len(head) || few*20 > many:
		return "", false, false
	case odd > even:
		return UTF16LE, false, false
	}
	return UTF16BE, false, false
}
