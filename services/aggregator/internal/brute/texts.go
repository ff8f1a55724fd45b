package brute

import (
	"maps"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// The texts: what each built-in pack entitles to and counts, from the notices and
// from what the packs' notes say where a notice is silent.

// test says whether something holds of a resident on a day.
type test func(d *Diary, day civil.Date) bool

// stock counts who is eligible on the day, covered or not; without covered it is
// a plain count.
type stock struct{ eligible, covered test }

// happening is one event of a resident.
type happening struct {
	id        string
	on        civil.Date
	entered   civil.Date // its record; None when nobody knows
	unit      string     // that recorded it
	weight    int32      // counts so many times
	pregnancy *facts.Pregnancy
	sick      *facts.Case
	value     int64
	mothers   bool // a birth: where the mother lives when the child has no home yet
}

// flow counts what has happened from the beginning of the period until the day.
type flow struct {
	happenings        func(d *Diary) []happening
	in                during
	eligible, covered question
	elseManager       bool // without a known unit at the one that manages the village
	atUnit            bool // counts at the unit that recorded it, not where the person lives
}

// text is one pack.
type text struct {
	id          string
	place       string // 12 digits; "" the whole country
	from, until civil.Date
	rules       map[string]test
	stocks      map[string]stock
	flows       map[string]flow
	doses       map[string]dose
	others      []string // ids of items that are not counted by person or event here, though a text below counts them so
}

// extend is another text that takes over what it does not write itself.
func (t text) extend(by text) text {
	for _, id := range by.items() {
		t = t.without(id)
	}
	by.rules, by.stocks = over(t.rules, by.rules), over(t.stocks, by.stocks)
	by.flows, by.doses = over(t.flows, by.flows), over(t.doses, by.doses)
	return by
}

// items are the ids of the text's own indicators.
func (t *text) items() []string {
	out := slices.Clone(t.others)
	out = slices.AppendSeq(out, maps.Keys(t.stocks))
	out = slices.AppendSeq(out, maps.Keys(t.flows))
	return slices.AppendSeq(out, maps.Keys(t.doses))
}

// without leaves out an item and what is counted beside it by another attribution.
func (t text) without(id string) text {
	t.stocks, t.flows, t.doses = maps.Clone(t.stocks), maps.Clone(t.flows), maps.Clone(t.doses)
	is := func(k string) bool { base, _, _ := strings.Cut(k, "@"); return base == id }
	maps.DeleteFunc(t.stocks, func(k string, _ stock) bool { return is(k) })
	maps.DeleteFunc(t.flows, func(k string, _ flow) bool { return is(k) })
	maps.DeleteFunc(t.doses, func(k string, _ dose) bool { return is(k) })
	return t
}

// alternative is the same flow counted at the unit (event) or in the village.
func (t *text) alternative(id, by string) {
	f := t.flows[id]
	f.atUnit = by == "event"
	t.flows[id+"@"+by] = f
}

func over[T any](below, above map[string]T) map[string]T {
	out := maps.Clone(below)
	if out == nil {
		out = map[string]T{}
	}
	maps.Copy(out, above)
	return out
}

var texts = func() []text {
	country := national(ofCountry)
	xiangan := country.extend(xiangan())
	demo := xiangan
	demo.id, demo.place = "demo-990101", "990101000000"
	return []text{
		country, xiangan, demo, country.extend(zhuji()), country.extend(yongkang()),
		national(ofShanghai).extend(shanghai()), country.extend(xihu()),
	}
}()

func textOf(pack string) *text {
	i := slices.IndexFunc(texts, func(t text) bool { return t.id == pack })
	if i < 0 {
		return &text{}
	}
	return &texts[i]
}

// KnowsRule says whether the yardstick can tell who is entitled by a rule.
func KnowsRule(pack, rule string) bool { return textOf(pack).rules[rule] != nil }

// KnowsIndicator says whether the yardstick can count an indicator of a pack.
func KnowsIndicator(pack, id string) bool {
	t := textOf(pack)
	_, s := t.stocks[id]
	_, f := t.flows[id]
	_, d := t.doses[id]
	return s || f || d
}

// Governs is the id of the pack that governs a place on a day; the place is read
// by the tree of the day `of`. "" when the tree does not know the place then.
func Governs(w *facts.World, place string, of, day civil.Date) string {
	province := w.AncestorAt(place, facts.Province, of)
	if province == "" {
		return ""
	}
	for _, near := range []string{w.AncestorAt(place, facts.County, of), province} { // the nearest one
		for i := range texts {
			t := &texts[i]
			if t.place != "" && t.place == near && t.from <= day && (t.until == civil.None || day <= t.until) {
				return t.id
			}
		}
	}
	return "national"
}

// Rule answers one rule of a pack on one day.
func (d *Diary) Rule(pack, rule string, day civil.Date) bool {
	holds := textOf(pack).rules[rule]
	return holds != nil && d.Pack(day) == pack && holds(d, day)
}
