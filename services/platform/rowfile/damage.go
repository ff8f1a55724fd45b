package rowfile

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"xinju.dev/services/platform/fault"
)

// Damage says how text was spoilt before it was sent. A name is never guessed
// back from such text.
type Damage uint8

// The kinds of damage.
const (
	Lost      Damage = 1 << iota // U+FFFD, or question marks where characters were
	Misread                      // written in one encoding and read in another: UTF-8 as GBK, GBK or UTF-8 as Latin-1, freed memory
	Annotated                    // pinyin put in brackets behind characters, as a converter of characters does
	Converted                    // mostly traditional forms; in a name or an address of Hong Kong that is right
	Invisible                    // marks that show nothing: U+FEFF inside, zero-width and direction marks
)

// Fault is why text with the damage is not taken: TEXT_DAMAGED, TEXT_CONVERTED,
// or nil where there is none. Traditional forms alone are no fault of a row: see
// Tally.
func (d Damage) Fault() *fault.Error {
	switch {
	case d&(Lost|Misread|Invisible) != 0:
		return ErrTextDamaged
	case d&Annotated != 0:
		return ErrTextConverted
	}
	return nil
}

// Inspect looks for damage. isName is stricter: no name holds a "?".
func Inspect(s string, isName bool) (d Damage) {
	if asciiText(s) {
		if isName && strings.IndexByte(s, '?') >= 0 || strings.Contains(s, "??") {
			return Lost
		}
		return 0
	}
	start := true // at the beginning of a run of characters beyond ASCII
	var before rune
	opened := 0 // brackets behind a Chinese character
	starters := mojibakeStarters()
	for i, r := range s {
		switch {
		case r < 0x80:
			switch {
			case r == '?' && (isName || lostMark(before, s[i+1:])):
				d |= Lost
			case r == '(' && han(before):
				opened = i + 1
			case r == ')':
				opened = 0
			}
		case r == '（' && han(before):
			opened = i + len("（")
		case r == '）':
			opened = 0
		case r == '？' && isName, r == utf8.RuneError:
			d |= Lost
		case invisible(r):
			d |= Invisible
		case opened > 0 && toned(r) && syllable(s[opened:]):
			d |= Annotated
		case start && r <= 0x2122 && readAsLatin(s[i:]):
			d |= Misread
		case start && r < 0x10000 && starters[r>>6]&(1<<(r&63)) != 0 && utf8ReadAsGBK(s[i:]):
			d |= Misread
		case r == '锟' && strings.HasPrefix(s[i:], "锟斤拷"), r == '烫' && strings.HasPrefix(s[i:], "烫烫烫"), r == '屯' && strings.HasPrefix(s[i:], "屯屯屯"):
			d |= Misread
		}
		start = r < 0x80
		before = r
	}
	if converted(s) {
		d |= Converted
	}
	return d
}

func asciiText(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// lostMark reports a "?" inside a run of Chinese characters, before a mark that
// never follows one, or several.
func lostMark(before rune, after string) bool {
	if strings.HasPrefix(after, "?") {
		return true
	}
	next, _ := utf8.DecodeRuneInString(after)
	return han(before) && (han(next) || next != utf8.RuneError && strings.ContainsRune("，。！；：、,;", next))
}

func invisible(r rune) bool {
	return r == 0xFEFF || r >= 0x200B && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x2060 && r <= 0x2064 || r >= 0xFFF9 && r <= 0xFFFB
}

func han(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF || r >= 0x3400 && r <= 0x4DBF || r > 0xFFFF && unicode.Is(unicode.Han, r)
}

// toned reports a vowel with a tone mark as pinyin has it.
func toned(r rune) bool {
	return strings.ContainsRune("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüńňǹḿ", r)
}

// syllable reports that the text up to the closing bracket is one syllable of pinyin.
func syllable(s string) bool {
	end := strings.IndexAny(s, ")）")
	if end <= 0 || end > 12 {
		return false
	}
	for _, r := range s[:end] {
		if !(r >= 'a' && r <= 'z' || toned(r)) {
			return false
		}
	}
	return true
}

// readAsLatin reports that the characters at the start of s, taken as the bytes
// they stand for in Windows-1252, are Chinese in GBK or UTF-8. Names of other
// languages hardly ever have two accented letters in a row, and no such pair.
func readAsLatin(s string) bool {
	var raw [48]byte
	n, letters := 0, false
	for _, r := range s {
		b, ok := latinByte(r)
		if !ok || n == len(raw) {
			break
		}
		letters = letters || !strings.ContainsRune("×÷°·±", r)
		raw[n] = b
		n++
	}
	if n < 2 || !letters {
		return false
	}
	if r, size := utf8.DecodeRune(raw[:n]); size == 3 && han(r) {
		return true
	}
	pairs, common, ok := scanGB(raw[:n&^1])
	if !ok || pairs == 0 || common != pairs {
		return false
	}
	for i := 0; i+1 < n; i += 2 {
		if raw[i] < 0xB0 { // marks and letters: ÷×°± and their like are true text
			return false
		}
	}
	return true
}

func latinByte(r rune) (byte, bool) {
	if r < 0x80 {
		return 0, false
	}
	if r >= 0x80 && r <= 0xFF {
		return byte(r), true
	}
	return charmap.Windows1252.EncodeRune(r)
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
	if len(s) > 600 {
		s = strings.ToValidUTF8(s[:600], "")
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
