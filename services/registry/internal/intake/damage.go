package intake

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// damaged reports text that was spoilt before it was sent: question marks where
// characters were, UTF-8 that somebody read as GBK or as Latin-1, the traces of
// freed memory, pinyin put in brackets behind characters. A name is never
// guessed back from such text. isName is stricter: no name holds a "?".
func damaged(s string, isName bool) bool {
	start := true // at the beginning of a run of characters beyond ASCII
	var before rune
	latin, opened := 0, false
	starters := mojibakeStarters()
	for i, r := range s {
		switch {
		case r < 0x80:
			if r == '?' && (isName || suspiciousMark(before, s[i+1:])) {
				return true
			}
			if r == '(' && han(before) {
				opened = true
			} else if r == ')' {
				opened = false
			}
		case r == '？' && isName, r == utf8.RuneError:
			return true
		case r >= 0x80 && r <= 0x9F, r >= 0xC0 && r <= 0x17F && r != '×' && r != '÷', r >= 0x1CD && r <= 0x1DC:
			latin++
			if latin >= 2 && !opened || opened {
				return true
			}
		case r == '（':
			opened = han(before)
		case r == '）':
			opened = false
		case start && r < 0x10000 && starters[r>>6]&(1<<(r&63)) != 0 && utf8ReadAsGBK(s[i:]):
			return true
		case r == '锟' && strings.HasPrefix(s[i:], "锟斤拷"), r == '烫' && strings.HasPrefix(s[i:], "烫烫烫"), r == '屯' && strings.HasPrefix(s[i:], "屯屯屯"):
			return true
		}
		start = r < 0x80
		before = r
	}
	return false
}

// suspiciousMark reports a "?" inside a run of Chinese characters, or several.
func suspiciousMark(before rune, after string) bool {
	if strings.HasPrefix(after, "?") {
		return true
	}
	next, _ := utf8.DecodeRuneInString(after)
	return han(before) && han(next)
}

func han(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r > 0xFFFF && unicode.Is(unicode.Han, r)
}

// mojibakeStarters is a bit set of the characters that the first two bytes of a
// Chinese character in UTF-8 (E4–E9, 80–BF) become when read as GBK.
var mojibakeStarters = sync.OnceValue(func() *[1024]uint64 {
	set := &[1024]uint64{}
	for lead := byte(0xE4); lead <= 0xE9; lead++ {
		for trail := byte(0x80); trail <= 0xBF; trail++ {
			text, _ := appendGB18030(nil, []byte{lead, trail})
			r, _ := utf8.DecodeRune(text)
			set[r>>6] |= 1 << (r & 63)
		}
	}
	return set
})

// utf8ReadAsGBK reports that the characters at the start of s, written in GBK
// again, are the UTF-8 of at least two Chinese characters. Of two, a character
// outside GB 2312 must be there as well: true names hold almost none, and UTF-8
// read as GBK almost always does.
func utf8ReadAsGBK(s string) bool {
	end := strings.IndexFunc(s, func(r rune) bool { return r < 0x80 })
	if end >= 0 {
		s = s[:end]
	}
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	if err != nil {
		return false
	}
	_, common, _ := scanGB(b)
	rare := int64(utf8.RuneCountInString(s)) - common
	found := 0
	for len(b) > 2 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError || r < 0x80 {
			return false
		}
		if han(r) {
			found++
		}
		b = b[n:]
	}
	return found >= 3 || found == 2 && rare > 0
}
