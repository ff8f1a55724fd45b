package answers

import (
	"math/big"
	"strings"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"
)

// Ratio is how the value of a ratio came about, exactly.
type Ratio struct {
	NumeratorText, DenominatorText policy.Text
	Numerator, Denominator         []Term
	Num, Den                       *big.Rat // nil when a term is missing
	Size                           *big.Rat // of a score: the largest denominator of its rates; else nil
}

// Term is one number of a ratio and its factor: of an indicator, which opens into
// its list, or a figure from outside. An average is two terms of half the factor,
// one for each of its days.
type Term struct {
	Indicator string // "" for a figure
	Part      policy.Part
	Figure    string // "" for an indicator
	Place     Place
	Day       civil.Date // of the number
	Times     *big.Rat
	Value     *big.Rat    // before it is multiplied; nil when there is none
	Missing   policy.Text // why there is none
	Source    string      // of a figure: where it was taken from
	OfRatio   bool        // the indicator is a ratio itself: it has terms instead of a list

	Known       time.Time // of a figure: until when the value is known to hold
	Unreachable bool      // of a figure: the service that it is fetched from was silent for too long
	FetchedFrom string    // that service; "" while it is not silent

	of Column // the indicator, as the pack of the ratio has it
}

// Behind is the number of an indicator that a term takes.
func (a *Asker) Behind(t *Term) (out Row) {
	a.row(&out, &t.of, a.spec(&t.of, t.Day), &t.Place, t.Day)
	return out
}

// Set is the list that an indicator's number is the length of.
func (t *Term) Set() coverage.Which {
	if t.Part == policy.RatePart {
		return coverage.Uncovered // of a rate the list that somebody works through
	}
	if t.Part == policy.CoveredPart {
		return coverage.Covered
	}
	return coverage.Eligible
}

func (a *Asker) ratio(out *Row, c *Column, s *spec) {
	r := &Ratio{NumeratorText: c.Numerator.Text, DenominatorText: c.Denominator.Text}
	out.Ratio = r
	if c.Scored() {
		a.score(out, c)
		return
	}
	if !c.Computed() {
		return
	}
	r.Numerator, r.Num = a.side(&c.Numerator, c, &out.Place, out.Day)
	if r.Den = big.NewRat(1, 1); !c.Total() {
		r.Denominator, r.Den = a.side(&c.Denominator, c, &out.Place, out.Day)
	}
	out.lackFetched(r.Numerator...)
	out.lackFetched(r.Denominator...)
	if s.awaits != (policy.Text{}) || s.noRate || r.Num == nil || r.Den == nil || r.Den.Sign() <= 0 {
		return
	}
	rate := new(big.Rat).Quo(r.Num, r.Den)
	out.HasRate = true
	out.Rate, _ = rate.Float64()
	out.Over = isShare(c.Unit) && rate.Cmp(one) > 0
	if out.HasTarget {
		out.Gap = int64(s.target.GapRatio(r.Num, r.Den))
	}
}

var one = big.NewRat(1, 1)

// isShare says whether a value above the whole is suspicious: a sex ratio of 103
// per 100 or a plain number is not.
func isShare(u policy.Unit) bool { return u != policy.Per100 && u != policy.Counted }

// side lists the terms of a side and adds them up; no sum when one is missing.
func (a *Asker) side(s *policy.Side, c *Column, at *Place, day civil.Date) ([]Term, *big.Rat) {
	var out []Term
	sum := new(big.Rat)
	for i := range s.Terms {
		t := &s.Terms[i]
		days := t.Days(c.Period, day)
		times := new(big.Rat).Quo(t.Times.Rat(), big.NewRat(int64(len(days)), 1))
		for _, on := range days {
			x := Term{Part: t.Part, Figure: t.Figure, Place: *at, Day: on, Times: times}
			switch {
			case t.Figure != "":
				a.figureTerm(&x, c.pack)
			case t.Average && on < c.pack.From:
				x.Indicator, x.Missing = c.pack.Indicators[t.Index].ID, notYet
			default:
				a.indicatorTerm(&x, &c.pack.Indicators[t.Index], c.pack)
			}
			out = append(out, x)
			if x.Value == nil {
				sum = nil
			}
			if sum != nil {
				sum.Add(sum, new(big.Rat).Mul(x.Value, times))
			}
		}
	}
	return out, sum
}

// notYet stands where the start of the period lies before the pack: nobody was
// counted by it then, and half of nothing would be taken for a mean.
var notYet = policy.Text{Chinese: "期初本包尚未生效，没有期初数", English: "the pack was not in force at the start of the period"}

func (a *Asker) indicatorTerm(t *Term, ind *policy.Indicator, p *policy.Pack) {
	t.Indicator = ind.ID
	c := a.column(p, ind)
	t.of = c
	s := a.spec(&c, t.Day)
	switch {
	case s.awaits != (policy.Text{}):
		t.Missing = s.awaits
		return
	case s.noRate:
		t.Missing = policy.Text{Chinese: "所需数据来源尚未接通", English: "a source that it needs was never reached"}
		return
	}
	n, ok := a.count(&c, s.key, &t.Place, t.Day)
	if !ok {
		t.Missing = notByRole
		return
	}
	value := n.Eligible
	if t.Part == policy.CoveredPart {
		value = n.Covered
	}
	t.Value = big.NewRat(int64(value), 1)
}

func (a *Asker) figureTerm(t *Term, p *policy.Pack) {
	what, ok := p.Figure(t.Figure)
	switch {
	case !ok:
		t.Missing = policy.Text{Chinese: "政策包没有此外部数据：" + t.Figure, English: "the pack has no figure " + t.Figure}
		return
	case t.Place.UnitID != "":
		t.Missing = policy.Text{Chinese: "外部数据按区划录入，不分机构", English: "figures are kept per division, not per unit"}
		return
	}
	a.took = true
	r := a.figures.Read(a.world, what, t.Place.Code, t.Day)
	if !r.Has {
		t.Missing = MissingText(r.Missing)
		return
	}
	t.Value, t.Source = r.Value, sourcesOf(r.Parts)
	a.known(t, r.Parts)
}

// namedMissing bounds how many divisions a text names.
const namedMissing = 5

// MissingText says which divisions have no figure.
func MissingText(codes []string) policy.Text {
	list := strings.Join(codes[:min(namedMissing, len(codes))], ", ")
	if len(codes) > namedMissing {
		list += ", …"
	}
	return policy.Text{Chinese: "未录入的区划：" + list, English: "not loaded for: " + list}
}

// sourcesOf names where the parts come from, each once.
func sourcesOf(parts []Figure) string {
	var out []string
	seen := map[string]bool{}
	for _, p := range parts {
		if !seen[p.Source] && len(out) < namedMissing {
			seen[p.Source] = true
			out = append(out, p.Source)
		}
	}
	return strings.Join(out, "；")
}
