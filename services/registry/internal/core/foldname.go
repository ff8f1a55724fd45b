package core

import (
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
)

// nameFold folds the names of a person, by the days of the events that say them.
type nameFold struct {
	contradict bool // two names that are no two spellings, and no desk has settled it since
	replaced   []FormerName
	stated     []FormerName // 曾用名 as events say them
}

func (n *nameFold) add(p *Person, e *effective, heard bool) {
	if e.FormerName != "" {
		n.stated = append(n.stated, FormerName{Name: e.FormerName})
	}
	if e.Name == "" {
		return
	}
	if e.desk {
		n.contradict = false
	} else if p.Name != "" && differ(p.Name, e.Name) {
		n.contradict = true
	}
	if !heard { // a higher source has said it
		return
	}
	if p.Name != "" && !sameName(p.Name, e.Name) {
		n.replaced = append(n.replaced, FormerName{Name: p.Name, Until: e.Effective.AddDays(-1)})
	}
	if e.NameRaw != "" || e.Name != p.Name {
		p.NameRaw, p.NameEncoding = e.NameRaw, e.NameEncoding
	}
	p.Name = e.Name
}

// settle writes down the former names: each once, with its last day where one
// is known, and never the name that counts now.
func (n *nameFold) settle(p *Person) {
	slices.Reverse(n.replaced)
	slices.Reverse(n.stated)
	for _, f := range append(n.replaced, n.stated...) {
		there := func(o FormerName) bool { return sameName(o.Name, f.Name) }
		if !sameName(p.Name, f.Name) && !slices.ContainsFunc(p.FormerNames, there) {
			p.FormerNames = append(p.FormerNames, f)
		}
	}
}

// sameName reports two spellings of one name: dots, blanks, hyphens and capital
// letters make no other name.
func sameName(a, b string) bool {
	return a == b || strings.EqualFold(bare(a), bare(b))
}

// differ reports two names that share fewer than half of their characters:
// somebody else, not another spelling.
func differ(a, b string) bool {
	if a == b {
		return false
	}
	ra, rb := []rune(strings.ToUpper(bare(a))), []rune(strings.ToUpper(bare(b)))
	most := max(len(ra), len(rb))
	common := 0
	for _, r := range ra {
		if i := slices.Index(rb, r); i >= 0 {
			common++
			rb = slices.Delete(rb, i, i+1)
		}
	}
	return common*2 < most
}

func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '·' || r == ' ' || r == '　' || r == '-' {
			return -1
		}
		return r
	}, s)
}

// privateUse reports a character without a standard code.
func privateUse(r rune) bool {
	return r >= 0xE000 && r <= 0xF8FF || r >= 0xF0000
}

// rare reports a character beyond the first plane, which older systems can
// neither show nor type.
func rare(r rune) bool { return r >= 0x20000 && r < 0xF0000 }

// profile is what an event says of who the person is.
type profile struct {
	name  string
	birth civil.Date
	sex   int
}

// mostProfiles bounds how many different things said of one person are compared
// with each other.
const mostProfiles = 64

// shared flags a number under which two people go: names that are no two
// spellings, and another birth date or sex as well. What a desk says of the
// person settles what was said before.
func (f *folding) shared(list []effective) {
	if len(list) < 2 {
		return
	}
	var seen []profile
	for i := range list {
		e := &list[i]
		if e.Name == "" {
			continue
		}
		p := profile{e.Name, e.born(), e.Sex}
		if e.desk {
			seen = seen[:0]
		}
		if len(seen) < mostProfiles && !slices.Contains(seen, p) {
			seen = append(seen, p)
		}
	}
	birth, sex := civil.None, 0
	for _, d := range f.state.Documents {
		if birth, sex = Stated(d.Document); birth != civil.None {
			break
		}
	}
	for i, a := range seen {
		for _, b := range seen[:i] {
			if differ(a.name, b.name) && (a.against(b) || a.againstNumber(birth, sex) || b.againstNumber(birth, sex)) {
				f.flag(FlagShared)
				return
			}
		}
	}
}

func (p profile) against(o profile) bool {
	return p.birth != civil.None && o.birth != civil.None && p.birth != o.birth || p.sex|o.sex == 3
}

func (p profile) againstNumber(birth civil.Date, sex int) bool {
	return birth != civil.None && p.against(profile{birth: birth, sex: sex})
}
