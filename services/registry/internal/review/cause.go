package review

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/match"
)

// priorities of flags; those that are not named are Normal.
var priorities = map[string]Priority{
	core.FlagShared.Reason:      High,
	core.FlagContradicts.Reason: High,
	core.FlagDeath.Reason:       High,
	core.FlagPrivateUse.Reason:  Low,
	core.FlagLeftNoStay.Reason:  Low,
	core.FlagArrival.Reason:     Low,
}

// OfFlag is the cause of a flag of a resident.
func OfFlag(flag string, r *core.Resident) Cause {
	p, ok := priorities[flag]
	if !ok {
		p = Normal
	}
	return Cause{Content: flagContent(flag, r), Priority: p, Division: Home(r.Stays)}
}

// flagContent stands for what the flag is about: who looked at two stays that
// overlap has not looked at a third, but has nothing to look at again when the
// telephone changes.
func flagContent(flag string, r *core.Resident) Digest {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", flag)
	switch flag {
	case core.FlagPrivateUse.Reason:
		fmt.Fprintf(&b, "%q\n", r.Name)
	case core.FlagOverlap.Reason:
		for _, s := range overlapping(r.Stays) {
			writeStay(&b, s)
		}
	case core.FlagLeftNoStay.Reason, core.ErrLeftBefore.Reason, core.FlagArrival.Reason, core.FlagLeave.Reason:
		for _, s := range r.Stays {
			writeStay(&b, s)
		}
	case core.FlagDeath.Reason:
		fmt.Fprintf(&b, "%d\n", r.Death)
		for _, s := range r.Stays {
			writeStay(&b, s)
		}
	default: // about the person
		fmt.Fprintf(&b, "%q %d %d\n", r.Name, r.Sex, r.Birth)
		for _, d := range r.Documents {
			fmt.Fprintf(&b, "%s %s %s\n", d.Type, d.Country, d.Number.Reveal())
		}
		for _, h := range r.Hukou {
			fmt.Fprintf(&b, "%s\n", h.Division)
		}
	}
	return digest(b.String())
}

func writeStay(b *strings.Builder, s core.Stay) {
	fmt.Fprintf(b, "%s %d %d\n", s.Division, s.Arrived, s.Left)
}

// overlapping returns the stays that share days with another one, or all when
// none does.
func overlapping(stays []core.Stay) []core.Stay {
	end := func(s core.Stay) civil.Date {
		if s.Left == civil.None {
			return civil.Forever
		}
		return s.Left
	}
	var out []core.Stay
	for i, s := range stays {
		for j, o := range stays {
			if i != j && s.Arrived < end(o) && o.Arrived < end(s) {
				out = append(out, s)
				break
			}
		}
	}
	if len(out) == 0 {
		return stays
	}
	return out
}

// OfPair is the cause of a pair: of what documents say the content is made, so
// that only a document can open again what a person decided.
func OfPair(c match.Comparison, urgent float64, division, other string) Cause {
	var documents []string
	for _, r := range c.Rules {
		if r.ByDocument() {
			documents = append(documents, string(r))
		}
	}
	slices.Sort(documents)
	p := Normal
	if c.Strong() || c.Score >= urgent {
		p = High
	}
	return Cause{
		Content: digest(Duplicate + "\n" + strings.Join(documents, "\n")), Priority: p, Division: division, OtherPlace: other,
		Score: c.Score, Rules: c.Rules, Fields: c.Fields,
	}
}

// OfListed is the cause of a row of a full list that may be of one of some who
// stand there no more.
func OfListed(row core.Event, candidates int) Cause {
	return Cause{Content: digest(fmt.Sprintf("%s\n%d\n", Listed, candidates)), Priority: High, Division: row.Division}
}

func digest(s string) Digest {
	sum := sha256.Sum256([]byte(s))
	return Digest(sum[:16])
}

// Home is where somebody lives now, or lived last: the stay that began last
// among those that go on, otherwise among all.
func Home(stays []core.Stay) string {
	var best core.Stay
	for _, s := range stays {
		on, was := s.Left == civil.None, best.Left == civil.None
		if best.Division == "" || on && !was || on == was && s.Arrived >= best.Arrived {
			best = s
		}
	}
	return best.Division
}
