package match

import (
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
)

// paper is a document in the form in which two of one person are equal.
type paper struct {
	class string // what the form belongs to
	form  string
}

// Classes of papers.
const (
	byNumber = "number" // 18 characters that belong to one person, whatever the kind said
	travel   = "travel" // a travel permit without the part that counts renewals
	exact    = "exact"  // a number as it is
)

// paperOf returns the form of a document; short numbers have none, since they
// are equal by chance under two kinds.
func paperOf(d ident.Document) (p paper, ok bool) {
	s := d.Number.Reveal()
	switch d.Type {
	case ident.HKMacauTravel:
		return paper{travel, "HM" + s[:min(len(s), 9)]}, true
	case ident.TaiwanTravel:
		return paper{travel, "TW" + s[:min(len(s), 8)]}, true
	}
	if n, err := ident.ParseCitizen(s); err == nil {
		return paper{byNumber, n.Reveal()}, true
	}
	if len(s) == 18 {
		return paper{byNumber, s}, true
	}
	// A travel permit recorded as something else.
	if h := strings.TrimSpace(s); (len(h) == 9 || len(h) == 11) && (h[0] == 'H' || h[0] == 'M') && allDigits(h[1:]) && d.Type != ident.Passport && d.Type != ident.BirthCertificate {
		return paper{travel, "HM" + h[:9]}, true
	}
	if len(s) >= 9 {
		return paper{exact, d.Country + "/" + s}, true
	}
	return paper{}, false
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// citizens returns the numbers of 18 characters among documents: a person has
// one, so two that differ speak against.
func citizens(list []ident.Document) (out []string) {
	for _, d := range list {
		if d.Type == ident.CitizenCard || d.Type == ident.OverseasResidence {
			out = append(out, d.Number.Reveal())
		}
	}
	return out
}

func certificates(list []ident.Document) (out []string) {
	for _, d := range list {
		if d.Type == ident.BirthCertificate {
			out = append(out, d.Number.Reveal())
		}
	}
	return out
}

// compareDocuments looks at what a person has one of: the citizen number, and
// the certificate of birth. Everything else is renewed with another number.
func compareDocuments(a, b []ident.Document) Level {
	if rule, ok := samePaper(a, b); ok && rule != "" {
		return Equal
	}
	na, nb := citizens(a), citizens(b)
	if len(na) > 0 && len(nb) > 0 {
		return compareNumbers(na, nb)
	}
	ca, cb := certificates(a), certificates(b)
	if len(ca) > 0 && len(cb) > 0 && !slices.ContainsFunc(ca, func(s string) bool { return slices.Contains(cb, s) }) {
		return Differ
	}
	return Missing
}

// compareNumbers tells a number mistyped in its division or birth date from one
// of the same day and office: those are often brothers and sisters. The check
// character follows the rest and is not compared.
func compareNumbers(a, b []string) Level {
	best := Differ
	for _, x := range a {
		for _, y := range b {
			if len(x) != 18 || len(y) != 18 {
				continue
			}
			switch same := x[14:17] == y[14:17]; {
			case same && slip(x[:14], y[:14]):
				return Near
			case !same && x[:14] == y[:14]:
				best = Sibling
			}
		}
	}
	return best
}

// slip reports one digit off, or two neighbours exchanged.
func slip(a, b string) bool {
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if i == len(a) {
		return false
	}
	return a[i+1:] == b[i+1:] || i+2 <= len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
}

// samePaper returns the rule by which a document of a and one of b are one.
func samePaper(a, b []ident.Document) (Rule, bool) {
	for _, x := range a {
		px, ok := paperOf(x)
		if !ok {
			continue
		}
		for _, y := range b {
			py, ok := paperOf(y)
			if !ok || px != py {
				continue
			}
			if px.class == travel && x.Type == y.Type {
				return Renewed, true
			}
			return SameNumber, true
		}
	}
	return "", false
}

// rules returns what holds of a pair.
func rules(a, b *Forms, c *Comparison) (out []Rule) {
	if r, ok := samePaper(a.Documents, b.Documents); ok {
		out = append(out, r)
	}
	if newborn(a, b, c) || newborn(b, a, c) {
		out = append(out, Newborn)
	}
	name := c.Level(FieldName)
	if (name == Equal || name == Variant) && c.Level(FieldBirth) == Equal && c.Level(FieldPhone) == Equal &&
		c.Level(FieldSex) != Differ && c.Level(FieldDocument) != Differ && c.Level(FieldDocument) != Sibling {
		out = append(out, SamePerson)
	}
	return out
}

// newborn: the first has a certificate of birth and no number yet, the second a
// number and no certificate; they have one mother, one birthday, and the name
// does not say otherwise: twins share all but the name.
func newborn(a, b *Forms, c *Comparison) bool {
	if len(certificates(a.Documents)) == 0 || len(citizens(a.Documents)) > 0 ||
		len(citizens(b.Documents)) == 0 || len(certificates(b.Documents)) > 0 {
		return false
	}
	if a.Birth == civil.None || a.Birth != b.Birth || c.Level(FieldMother) != Equal || c.Level(FieldSex) == Differ {
		return false
	}
	switch c.Level(FieldName) {
	case Equal, Variant, Pinyin, Former, Missing:
		return true
	}
	return unnamed(&a.name)
}

// unnamed reports what is written before a child has a name: 王小红之子, 李某之女.
func unnamed(n *name) bool {
	s := string(n.simple)
	return strings.HasSuffix(s, "之子") || strings.HasSuffix(s, "之女") || strings.HasSuffix(s, "之婴") || strings.HasSuffix(s, "婴儿")
}
