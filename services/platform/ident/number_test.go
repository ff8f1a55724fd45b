package ident

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestANumberIsWhatItWasMadeOfAndEqualToNoOther(t *testing.T) {
	texts := rapid.OneOf(rapid.StringMatching(`[0-9]{17}[0-9X]`), rapid.StringMatching(`[0-9A-Z]{0,40}`), rapid.StringN(0, 40, 80))
	rapid.Check(t, func(t *rapid.T) {
		a, b := texts.Draw(t, "a"), texts.Draw(t, "b")
		x, y := number(a), number(b)
		if x.Reveal() != a || number(strings.Clone(a)) != x {
			t.Fatal("a number is not itself")
		}
		if (x == y) != (a == b) || x.IsZero() != (a == "") || len(map[Number]bool{x: true, y: true}) == 2 == (a == b) {
			t.Fatal("two numbers are taken for one, or one for two")
		}
	})
}

// fmt shows what a value is made of when the verb does not fit: no run of five
// digits of the number may be there, as text, bytes or hex.
func TestANumberIsNotInWhatItIsMadeOf(t *testing.T) {
	for _, s := range []string{"110101199003070011", "E12345678", strings.Repeat("123456789", 5)} {
		n := number(s)
		for _, shown := range []string{
			fmt.Sprint(n.hidden), fmt.Sprintf("%x", n.hidden), string(n.hidden[:]), fmt.Sprintf("%+v %#v", n.long, n.long),
		} {
			for i := range len(s) - 5 {
				if part := s[i : i+5]; strings.Contains(shown, part) || strings.Contains(shown, listed(part)) ||
					strings.Contains(shown, fmt.Sprintf("%x", part)) {
					t.Fatalf("a part of a number of %d characters shows", len(s))
				}
			}
		}
	}
}

// listed is the bytes of a text as fmt lists them.
func listed(s string) string {
	var list []string
	for _, b := range []byte(s) {
		list = append(list, strconv.Itoa(int(b)))
	}
	return strings.Join(list, " ")
}

func BenchmarkNumber(b *testing.B) {
	texts := make([]string, 100_000)
	for i := range texts {
		texts[i] = fmt.Sprintf("11010119900307%04d", i%10000) + fmt.Sprint(i/10000)
	}
	kept := make([]Number, len(texts))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		kept[i%len(texts)] = number(texts[i%len(texts)])
		i++
	}
}
