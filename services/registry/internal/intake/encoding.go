package intake

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Encoding is how the characters of a file are written. The zero value means
// that it is not known yet.
type Encoding string

// The encodings that are read.
const (
	GB18030 Encoding = "GB18030" // also GBK and GB 2312, which it contains
	UTF8    Encoding = "UTF-8"
)

// ParseEncoding reads the name a sender gives; empty stays empty (detect). GBK,
// GB2312 and CP936 mean GB18030. It fails with FEED_ENCODING_UNKNOWN.
func ParseEncoding(s string) (Encoding, error) {
	switch strings.ToUpper(strings.NewReplacer("-", "", "_", "", " ", "").Replace(s)) {
	case "":
		return "", nil
	case "GB18030", "GBK", "GB2312", "CP936", "GB180302000", "GB180302005", "GB180302022":
		return GB18030, nil
	case "UTF8", "UTF8BOM", "UTF8SIG":
		return UTF8, nil
	}
	return "", ErrEncodingUnknown.On("header.encoding", "must be GB18030 or UTF-8")
}

// textState says what was met while decoding.
type textState uint8

const (
	broken  textState = 1 << iota // undecodable bytes, U+FFFD or NUL
	private                       // private-use characters
)

// appendText appends src, written in e, as UTF-8.
func (e Encoding) appendText(dst, src []byte) ([]byte, textState) {
	if e == GB18030 {
		return appendGB18030(dst, src)
	}
	return append(dst, src...), stateUTF8(src)
}

func stateUTF8(src []byte) (state textState) {
	for i := 0; i < len(src); {
		if c := src[i]; c < 0x80 {
			if c == 0 {
				state |= broken
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(src[i:])
		switch {
		case r == utf8.RuneError:
			state |= broken
		case r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000:
			state |= private
		}
		i += n
	}
	return state
}

// encode writes text of our own in e.
func (e Encoding) encode(s string) []byte {
	if e == GB18030 {
		if b, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s)); err == nil {
			return b
		}
	}
	return []byte(s)
}
