package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// words is a text without white space: pages break lines inside sentences.
func words(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// TestEveryQuotationStandsInItsNotice word for word; …… stands where words are left out.
func TestEveryQuotationStandsInItsNotice(t *testing.T) {
	for _, id := range noticePacks {
		raw, err := os.ReadFile(filepath.Join("testdata", "notices", id+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		notice := words(string(raw))
		p, _ := builtIn(t).Pack(id)
		found := 0
		check := func(item, inherited string, list []Citation) {
			for _, c := range list {
				for part := range strings.SplitSeq(c.Text, "……") {
					if inherited != "" {
						continue
					}
					if found++; part == "" || !strings.Contains(notice, words(part)) {
						t.Errorf("%s %s: not in the notice: %s", id, item, part)
					}
				}
			}
		}
		for i := range p.Rules {
			check(p.Rules[i].ID, p.Rules[i].InheritedFrom, p.Rules[i].Citations)
		}
		for i := range p.Indicators {
			x := &p.Indicators[i]
			check(x.ID, x.InheritedFrom, x.Citations)
			for _, target := range x.Targets {
				check(x.ID, x.InheritedFrom, target.Citations)
			}
		}
		for _, x := range p.Figures {
			check(x.ID, x.InheritedFrom, x.Citations)
		}
		for _, x := range p.Groups {
			check(x.ID, x.InheritedFrom, x.Citations)
		}
		for _, x := range p.Deadlines {
			check(x.ID, x.InheritedFrom, x.Citations)
		}
		if found < 40 {
			t.Errorf("%s: only %d quotations", id, found)
		}
	}
}
