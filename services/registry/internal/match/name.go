package match

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

// mostReadings bounds the readings that are kept of one name, mostReading those
// of one character.
const (
	mostReadings = 8
	mostReading  = 4
)

// name is a name in the forms in which it is compared.
type name struct {
	plain  string // NFC, without dots and blanks, capital, narrow
	simple []rune // plain with one form for traditional and variant characters
	parts  []string
	read   []string // readings without tones; of a polyphone all, up to a bound
}

func nameOf(s string) name {
	s = strings.TrimSpace(norm.NFC.String(s))
	n := name{plain: plain(s)}
	n.simple = simplify(n.plain)
	for _, p := range strings.FieldsFunc(s, isDot) {
		if p = string(simplify(plain(p))); p != "" {
			n.parts = append(n.parts, p)
		}
	}
	n.read = readings(n.simple)
	return n
}

// plain drops what people write between the parts of a name, folds full-width
// forms and makes letters capital.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case isDot(r) || unicode.IsSpace(r) || r == '-' || r == '\'':
			return -1
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		}
		return unicode.ToUpper(r)
	}, norm.NFC.String(s))
}

func isDot(r rune) bool { return strings.ContainsRune("·•．‧・●∙.。", r) }

//go:embed variants.txt
var variantsText string

// variants maps traditional and variant characters of names to one form.
var variants = func() map[rune]rune {
	out := map[rune]rune{}
	for line := range strings.Lines(variantsText) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		for _, group := range strings.Fields(line) {
			forms := []rune(group)
			for _, r := range forms[1:] {
				out[r] = forms[0]
			}
		}
	}
	return out
}()

func simplify(s string) []rune {
	out := []rune(s)
	for i, r := range out {
		if v, ok := variants[r]; ok {
			out[i] = v
		}
	}
	return out
}

// reading asks for all readings, without tones.
var reading = pinyin.Args{Style: pinyin.Normal, Heteronym: true, Fallback: func(r rune, _ pinyin.Args) []string { return []string{string(unicode.ToLower(r))} }}

// known keeps the readings of characters that were asked for: there are at most
// as many as there are characters, and finding them is slow.
var known sync.Map

func readingsOf(r rune) []string {
	if list, ok := known.Load(r); ok {
		return list.([]string)
	}
	list := askReadings(r)
	known.Store(r, list)
	return list
}

func askReadings(r rune) []string {
	list := pinyin.SinglePinyin(r, reading)
	if len(list) == 0 {
		return []string{string(unicode.ToLower(r))}
	}
	var out []string
	for _, p := range list {
		p = strings.ReplaceAll(p, "ü", "v")
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out[:min(len(out), mostReading)]
}

// readings returns the ways to read a whole name.
func readings(s []rune) []string {
	if len(s) == 0 {
		return nil
	}
	out := []string{""}
	for _, r := range s {
		list := readingsOf(r)
		if len(out)*len(list) > mostReadings {
			list = list[:1]
		}
		next := make([]string, 0, len(out)*len(list))
		for _, head := range out {
			for _, p := range list {
				next = append(next, head+p)
			}
		}
		out = next
	}
	return out
}

// compareNames returns the best level of two records' names, and the part of
// the population that has such a name.
func (w *Weights) compareNames(a, b *Forms) (Level, float64) {
	level := a.name.compare(&b.name)
	if level == Missing {
		return Missing, 0
	}
	share := max(w.share(&a.name), w.share(&b.name))
	if level == Equal || level == Variant {
		return level, share
	}
	for i := range a.former {
		if l := a.former[i].compare(&b.name); l == Equal || l == Variant {
			return Former, w.share(&b.name)
		}
	}
	for i := range b.former {
		if l := b.former[i].compare(&a.name); l == Equal || l == Variant {
			return Former, w.share(&a.name)
		}
	}
	return level, share
}

func (n *name) compare(o *name) Level {
	switch {
	case n.plain == "" || o.plain == "":
		return Missing
	case n.plain == o.plain:
		return Equal
	case slices.Equal(n.simple, o.simple):
		return Variant
	case n.partOf(o) || o.partOf(n):
		return Part
	case slices.ContainsFunc(n.read, func(r string) bool { return slices.Contains(o.read, r) }):
		return Pinyin
	case oneOff(n.simple, o.simple):
		return OneCharacter
	case len(n.simple) >= 2 && len(n.simple) == len(o.simple) && len(n.simple) <= 4 && slices.Equal(n.simple[1:], o.simple[1:]):
		return GivenOnly
	}
	return Differ
}

// partOf reports a name of which the other has more parts: the name of the
// father or family is left out, or the parts stand in another order.
func (n *name) partOf(o *name) bool {
	if len(o.parts) < 2 || len(n.parts) > len(o.parts) || len([]rune(n.parts[0])) < 2 {
		return false
	}
	for _, p := range n.parts {
		if !slices.Contains(o.parts, p) {
			return false
		}
	}
	return true
}

// oneOff reports one character more, less or other, in names of three and more:
// of shorter ones nothing would be left. The first character must be the same.
func oneOff(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b) < 3 || len(b)-len(a) > 1 || a[0] != b[0] {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) == len(b) {
		return slices.Equal(a[i+1:], b[i+1:])
	}
	return slices.Equal(a[i:], b[i+1:])
}
