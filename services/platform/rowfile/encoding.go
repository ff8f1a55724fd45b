package rowfile

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Encoding is how the characters of a file are written. The zero value means
// that it is not known yet.
type Encoding string

// The encodings that are read and written.
const (
	GB18030 Encoding = "GB18030" // also GBK and GB 2312, which it contains
	UTF8    Encoding = "UTF-8"
	UTF16LE Encoding = "UTF-16LE"
	UTF16BE Encoding = "UTF-16BE"
)

// ParseEncoding reads the name a sender gives; empty stays empty (detect). GBK,
// GB2312 and CP936 mean GB18030, UTF-16 alone means UTF-16LE, as Windows writes
// it. It fails with FEED_ENCODING_UNKNOWN.
func ParseEncoding(s string) (Encoding, error) {
	switch strings.ToUpper(strings.NewReplacer("-", "", "_", "", " ", "").Replace(s)) {
	case "":
		return "", nil
	case "GB18030", "GBK", "GB2312", "CP936", "GB180302000", "GB180302005", "GB180302022":
		return GB18030, nil
	case "UTF8", "UTF8BOM", "UTF8SIG":
		return UTF8, nil
	case "UTF16", "UTF16LE", "UNICODE":
		return UTF16LE, nil
	case "UTF16BE":
		return UTF16BE, nil
	}
	return "", ErrEncodingUnknown.On("header.encoding", "must be GB18030, UTF-8, UTF-16LE or UTF-16BE")
}

func (e Encoding) wide() bool { return e == UTF16LE || e == UTF16BE }

// State says what was met while decoding.
type State uint8

// What a cell may hold besides text.
const (
	Broken  State = 1 << iota // undecodable bytes, U+FFFD or NUL
	Private                   // private-use characters
)

// AppendText appends src, written in e, as UTF-8. Each undecodable byte becomes
// U+FFFD.
func (e Encoding) AppendText(dst, src []byte) ([]byte, State) {
	switch e {
	case GB18030:
		return appendGB18030(dst, src)
	case UTF16LE, UTF16BE:
		dst, broken := appendUTF16(dst, src, e == UTF16BE)
		if broken {
			return dst, Broken | stateUTF8(dst)
		}
		return dst, stateUTF8(dst)
	}
	state := stateUTF8(src)
	if state&Broken != 0 {
		return append(dst, strings.ToValidUTF8(string(src), "\uFFFD")...), state
	}
	return append(dst, src...), state
}

func stateUTF8(src []byte) (state State) {
	for i := 0; i < len(src); {
		if c := src[i]; c < 0x80 {
			if c == 0 {
				state |= Broken
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(src[i:])
		switch {
		case r == utf8.RuneError:
			state |= Broken
		case r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000:
			state |= Private
		}
		i += n
	}
	return state
}

// AppendEncoded appends text in e. A character that e does not have, which only
// happens to text that was broken before, becomes "?".
func (e Encoding) AppendEncoded(dst []byte, s string) []byte {
	switch e {
	case GB18030:
		return appendAsGB18030(dst, s)
	case UTF16LE, UTF16BE:
		return appendAsUTF16(dst, s, e == UTF16BE)
	}
	return append(dst, s...)
}

func appendAsGB18030(dst []byte, s string) []byte {
	if ascii([]byte(s)) {
		return append(dst, s...)
	}
	back := gbBack()
	for _, r := range s {
		if r < 0x80 {
			dst = append(dst, byte(r))
			continue
		}
		if code, ok := back[r]; ok {
			dst = append(dst, byte(code>>8), byte(code))
			continue
		}
		b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(string(r)))
		if err != nil {
			b = []byte("?")
		}
		dst = append(dst, b...)
	}
	return dst
}
