package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Difference is one item of a pack that another pack has not, or has otherwise.
type Difference struct {
	What    string // added, removed or changed
	Kind    string // pack, rule, indicator, definition, record, figure, group, deadline or warnings
	ID      string
	Name    Text
	Changes []Change // changed: field by field
}

// Change is one field that differs. Empty means that it is not there.
type Change struct {
	Field    string // key in the file
	Old, New Text
}

// Diff says what b adds, removes and changes against a, with all that both
// inherit: conditions in words with definitions unfolded, so that a definition
// that changes shows in every item that it changes. Equal packs give none.
func Diff(a, b *Pack) []Difference {
	out := changed("pack", a.entry(), b.entry())
	for _, kind := range []struct {
		name string
		of   func(*Pack) []entryOf
	}{
		{"warnings", (*Pack).warningEntries},
		{"deadline", (*Pack).deadlineEntries},
		{"group", (*Pack).groupEntries},
		{"record", (*Pack).recordEntries},
		{"figure", (*Pack).figureEntries},
		{"definition", (*Pack).definitionEntries},
		{"rule", (*Pack).ruleEntries},
		{"indicator", (*Pack).indicatorEntries},
	} {
		out = append(out, differences(kind.name, kind.of(a), kind.of(b))...)
	}
	return out
}

// entryOf is an item as fields of text.
type entryOf struct {
	id     string
	name   Text
	fields []field
}

type field struct {
	key  string
	text Text
}

func differences(kind string, a, b []entryOf) []Difference {
	var out []Difference
	for _, x := range a {
		if !slices.ContainsFunc(b, func(y entryOf) bool { return y.id == x.id }) {
			out = append(out, Difference{What: "removed", Kind: kind, ID: x.id, Name: x.name})
		}
	}
	for _, y := range b {
		i := slices.IndexFunc(a, func(x entryOf) bool { return x.id == y.id })
		if i < 0 {
			out = append(out, Difference{What: "added", Kind: kind, ID: y.id, Name: y.name})
			continue
		}
		out = append(out, changed(kind, a[i], y)...)
	}
	slices.SortStableFunc(out, func(x, y Difference) int { return cmp.Compare(x.ID, y.ID) })
	return out
}

// changed compares field by field; both have the same fields in the same order.
func changed(kind string, a, b entryOf) []Difference {
	d := Difference{What: "changed", Kind: kind, ID: b.id, Name: b.name}
	for i, f := range b.fields {
		if old := a.fields[i].text; old != f.text {
			d.Changes = append(d.Changes, Change{f.key, old, f.text})
		}
	}
	if len(d.Changes) == 0 {
		return nil
	}
	return []Difference{d}
}

func same(s string) Text { return Text{s, s} }

func (p *Pack) entry() entryOf {
	return entryOf{p.ID, p.Name, []field{
		{"id", same(p.ID)},
		{"version", same(fmt.Sprint(p.Version))},
		{"name", p.Name},
		{"jurisdiction", same(p.Jurisdiction)},
		{"extends", same(p.Extends)},
		{"valid", p.Validity()},
		{"notes", p.Notes},
		{"headlines", same(strings.Join(p.Headlines, " "))},
	}}
}

func (p *Pack) warningEntries() []entryOf {
	w := p.Warnings
	return []entryOf{{"warnings", Text{"预警", "warnings"}, []field{
		{"minimum", same(fmt.Sprint(w.Minimum))},
		{"below_points", same(w.BelowPoints.String())},
		{"bottom", same(fmt.Sprint(w.Bottom))},
		{"red_months", same(fmt.Sprint(w.RedMonths))},
	}}}
}

func (p *Pack) deadlineEntries() []entryOf {
	var out []entryOf
	for i := range p.Deadlines {
		d := &p.Deadlines[i]
		out = append(out, entryOf{d.ID, d.Name, []field{{"name", d.Name}, {"by", d.Words()}, {"citations", citations(d.Citations)}}})
	}
	return out
}

func (p *Pack) groupEntries() []entryOf {
	var out []entryOf
	for _, g := range p.Groups {
		out = append(out, entryOf{g.ID, g.Name, []field{{"name", g.Name}, {"divisions", same(strings.Join(g.Divisions, " "))}, {"citations", citations(g.Citations)}}})
	}
	return out
}

func (p *Pack) recordEntries() []entryOf {
	var out []entryOf
	for _, r := range p.Records {
		out = append(out, entryOf{r.Code, r.Name, []field{{"name", r.Name}, {"value", r.Value}}})
	}
	return out
}

func (p *Pack) figureEntries() []entryOf {
	at := map[FigureTime]Text{OnDay: {"某日", "day"}, OfYear: {"全年", "year"}, OfMonth: {"当月", "month"}}
	var out []entryOf
	for _, f := range p.Figures {
		out = append(out, entryOf{f.ID, f.Name, []field{{"name", f.Name}, {"unit", f.Unit}, {"at", at[f.At]}, {"citations", citations(f.Citations)}, {"notes", f.Notes}}})
	}
	return out
}

func (p *Pack) definitionEntries() []entryOf {
	var out []entryOf
	for _, d := range p.Definitions {
		w := p.words(d.node)
		out = append(out, entryOf{d.ID, d.Text, []field{{"is", Text{w.String(), w.English()}}, {"citations", citations(d.Citations)}, {"notes", d.Notes}}})
	}
	return out
}

func (p *Pack) ruleEntries() []entryOf      { return p.itemEntries(RuleItem) }
func (p *Pack) indicatorEntries() []entryOf { return p.itemEntries(IndicatorItem) }

func (p *Pack) itemEntries(kind ItemKind) []entryOf {
	var out []entryOf
	for _, d := range p.Describe() {
		if d.Kind != kind {
			continue
		}
		out = append(out, entryOf{d.ID, d.Name, []field{
			{"name", d.Name},
			{"kind", d.KindText},
			{"services", joined(d.Services)},
			{"counts", d.Counts},
			{"eligible", Text{d.Eligible.String(), d.Eligible.English()}},
			{"covered", Text{d.Covered.String(), d.Covered.English()}},
			{"numerator", d.Numerator},
			{"denominator", d.Denominator},
			{"unit", d.Unit},
			{"better", d.Better},
			{"alternative", same(d.Alternative)},
			{"beside", same(strings.Join(d.Beside, " "))},
			{"targets", targetTexts(d.Targets)},
			{"awaits", d.Awaits},
			{"citations", citations(d.Citations)},
			{"notes", d.Notes},
		}})
	}
	return out
}

func joined(list []Text) Text {
	var zh, en []string
	for _, t := range list {
		zh, en = append(zh, t.Chinese), append(en, t.English)
	}
	return Text{strings.Join(zh, "；"), strings.Join(en, "; ")}
}

// targetTexts is the targets with what they cite.
func targetTexts(list []Target) Text {
	var texts []Text
	for i := range list {
		w := list[i].Words()
		if cited := citations(list[i].Citations).Chinese; cited != "" {
			w = Text{w.Chinese + " " + cited, w.English + " " + cited}
		}
		texts = append(texts, w)
	}
	return joined(texts)
}

func citations(list []Citation) Text {
	var lines []string
	for i := range list {
		lines = append(lines, list[i].Words())
	}
	return same(strings.Join(lines, "；"))
}
