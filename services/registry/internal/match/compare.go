package match

import (
	"math"
	"strings"

	"xinju.dev/services/platform/civil"
)

// Compare says what a and b have in common. It is symmetric.
func (w *Weights) Compare(a, b Record) Comparison {
	return w.CompareForms(FormsOf(a), FormsOf(b))
}

// Forms is a record with its names prepared for comparison, so that a record
// that meets many others is prepared once.
type Forms struct {
	Record
	name   name
	former []name
}

// FormsOf prepares a record.
func FormsOf(r Record) Forms {
	f := Forms{Record: r, name: nameOf(r.Name)}
	for _, n := range r.FormerNames {
		if n = strings.TrimSpace(n); n != "" {
			f.former = append(f.former, nameOf(n))
		}
	}
	return f
}

// CompareForms is Compare of prepared records.
func (w *Weights) CompareForms(a, b Forms) Comparison {
	var c Comparison
	add := func(f Field, l Level, bits float64) {
		bits = math.Round(bits*100) / 100
		c.Fields = append(c.Fields, FieldResult{f, l, bits})
		c.Score += bits
	}
	document := compareDocuments(a.Documents, b.Documents)
	add(FieldDocument, document, w.bits(FieldDocument, document))
	nameLevel, share := w.compareNames(&a, &b)
	add(FieldName, nameLevel, w.nameBits(nameLevel, share))
	birth := compareBirth(&a.Record, &b.Record)
	add(FieldBirth, birth, w.bits(FieldBirth, birth))
	for _, f := range []struct {
		field Field
		level Level
	}{
		{FieldSex, compareSex(a.Sex, b.Sex)},
		{FieldPhone, comparePhone(a.Phone, b.Phone)},
		{FieldMother, same(a.MotherID, b.MotherID)},
		{FieldHukou, compareHukou(a.Hukou, b.Hukou)},
		{FieldEmployer, same(plain(a.Employer), plain(b.Employer))},
	} {
		add(f.field, f.level, w.bits(f.field, f.level))
	}
	c.asTwins()
	c.Score = math.Round(c.Score*100) / 100
	c.Rules = rules(&a, &b, &c)
	return c
}

// asTwins takes away what twins have in common: who shares birthday and family
// under two names agrees in telephone, mother and hukou whether one person or
// two, so these say nothing more.
func (c *Comparison) asTwins() {
	name, family := c.Level(FieldName), c.Level(FieldMother) == Equal || c.Level(FieldPhone) == Equal || c.Level(FieldDocument) == Sibling
	if !family || c.Level(FieldBirth) != Equal || name != OneCharacter && name != Differ {
		return
	}
	for i := range c.Fields {
		f := &c.Fields[i]
		if f.Weight > 0 && (f.Field == FieldPhone || f.Field == FieldMother || f.Field == FieldHukou) {
			c.Score -= f.Weight
			f.Weight = 0
		}
	}
}

// Candidate reports a pair that somebody should look at.
func (w *Weights) Candidate(c Comparison) bool { return c.Strong() || c.Score >= w.Threshold }

func same(a, b string) Level {
	switch {
	case a == "" || b == "":
		return Missing
	case a == b:
		return Equal
	}
	return Differ
}

func compareSex(a, b int) Level {
	if a != 1 && a != 2 || b != 1 && b != 2 {
		return Missing
	}
	if a == b {
		return Equal
	}
	return Differ
}

func comparePhone(a, b string) Level {
	a, b = plainPhone(a), plainPhone(b)
	l := same(a, b)
	if l == Differ && len(a) == 11 && len(b) == 11 && hamming(a, b) == 1 {
		return OneDigit
	}
	return l
}

// plainPhone drops the code of the country.
func plainPhone(s string) string {
	s = strings.TrimPrefix(s, "+")
	if len(s) == 13 {
		s = strings.TrimPrefix(s, "86")
	}
	if len(s) < 7 { // an extension says nothing
		return ""
	}
	return s
}

func compareHukou(a, b string) Level {
	if len(a) < 6 || len(b) < 6 {
		return Missing
	}
	switch {
	case a[:6] == b[:6]:
		return Equal
	case a[:2] == b[:2]:
		return Province
	}
	return Differ
}

func compareBirth(a, b *Record) Level {
	if a.Birth == civil.None || b.Birth == civil.None {
		return comparePartial(partial(a), partial(b))
	}
	if a.Birth == b.Birth {
		if _, m, d := a.Birth.YMD(); m == 1 && d == 1 {
			return Sentinel
		}
		return Equal
	}
	ya, ma, da := a.Birth.YMD()
	yb, mb, db := b.Birth.YMD()
	apart := int(a.Birth - b.Birth)
	if apart < 0 {
		apart = -apart
	}
	switch {
	case ya == yb && ma == db && da == mb:
		return Swapped
	case hamming(digits8(ya, ma, da), digits8(yb, mb, db)) == 1:
		return OneDigit
	case apart >= 18 && apart <= 51:
		return Lunar
	case ya == yb:
		return NearYear
	}
	return Differ
}

// partial is what is known of a birth date, "1990", "1990-05" or a day.
func partial(r *Record) string {
	if r.Birth != civil.None {
		return r.Birth.String()
	}
	return r.BirthPartial
}

func comparePartial(a, b string) Level {
	switch n := min(len(a), len(b)); {
	case n < 4:
		return Missing
	case n >= 7 && a[:7] == b[:7]:
		return SameMonth
	case n < 7 && a[:4] == b[:4]:
		return SameYear
	case a[:4] == b[:4]:
		return NearYear
	}
	return Differ
}

func digits8(y, m, d int) string {
	n := y*10000 + m*100 + d
	var out [8]byte
	for i := 7; i >= 0; i-- {
		out[i] = byte('0' + n%10)
		n /= 10
	}
	return string(out[:])
}

// hamming is in how many places two strings of one length differ; another
// length counts as all of them.
func hamming(a, b string) int {
	if len(a) != len(b) {
		return max(len(a), len(b))
	}
	n := 0
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}
