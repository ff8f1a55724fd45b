package match

import (
	"fmt"
	"slices"

	"xinju.dev/services/platform/civil"
)

// mostNames bounds the names of one person that make keys.
const mostNames = 4

// Keys returns the blocks of a record: two records are compared if they share
// one. Each is a text that must not be stored as it is. None holds where the
// person lives.
//
//   - the document without what changes with its kind or renewal
//   - the name as it is read, with the year of birth
//   - the first character as it is read, with the birth date, month and day in
//     either order
//   - the name without its first character, with the birth date
//   - the name as it is read, with the county of the hukou
//   - the telephone
//   - the mother, with the birth date
//
// A pair that shares none of them is lost: another name and birth date at once,
// without a document, telephone or mother in common.
func (f *Forms) Keys() []string {
	var out []string
	add := func(format string, args ...any) {
		if k := fmt.Sprintf(format, args...); !slices.Contains(out, k) {
			out = append(out, k)
		}
	}
	for _, d := range f.Documents {
		if p, ok := paperOf(d); ok {
			add("d/%s/%s", p.class, p.form)
		}
	}
	if p := plainPhone(f.Phone); p != "" {
		add("p/%s", p)
	}
	day, year := birthKeys(&f.Record)
	if f.MotherID != "" && day != "" {
		add("m/%s/%s", f.MotherID, day)
	}
	names := append([]name{f.name}, f.former...)
	for _, n := range names[:min(len(names), mostNames)] {
		f.nameKeys(&n, day, year, add)
	}
	return out
}

func (f *Forms) nameKeys(n *name, day, year string, add func(string, ...any)) {
	if len(n.simple) == 0 {
		return
	}
	if day != "" {
		for _, r := range readingsOf(n.simple[0]) {
			add("s/%s/%s", r, day)
		}
		if len(n.simple) > 1 {
			for _, r := range readings(n.simple[1:]) {
				add("g/%s/%s", r, day)
			}
		}
		if len(n.parts) > 1 {
			for _, p := range n.parts { // in another order, or one of them alone
				add("s/%s/%s", readingsOf([]rune(p)[0])[0], day)
			}
		}
	}
	for _, r := range n.read {
		if year != "" {
			add("n/%s/%s", r, year)
		}
		if len(f.Hukou) >= 6 {
			add("h/%s/%s", r, f.Hukou[:6])
		}
	}
}

// birthKeys returns the birth date with the smaller of month and day first, and
// the year.
func birthKeys(r *Record) (day, year string) {
	if r.Birth == civil.None {
		if len(r.BirthPartial) >= 4 {
			year = r.BirthPartial[:4]
		}
		return "", year
	}
	y, m, d := r.Birth.YMD()
	return fmt.Sprintf("%04d%02d%02d", y, min(m, d), max(m, d)), fmt.Sprintf("%04d", y)
}
