package report

import (
	"fmt"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// Explain says why a line differs: never nothing. What counts is a pure function
// of a resident's facts and those of the people tied to it, of the divisions, the
// packs and the program; so what is left when all else is equal are the divisions
// and units that the facts name.
func (c *Comparison) Explain(d *Difference, before, after Person, knownBefore, knownAfter bool) {
	var out []Cause
	switch {
	case knownBefore && knownAfter:
		out = append(factChanges(&before, &after), merges(&before, &after)...)
	case knownAfter:
		out = append(out, Cause{Kind: NotCountedBefore, Subject: d.Resident(), Text: "此人当时在该区划没有任何计数 nothing of this person counted in the division then"})
		out = append(out, later(&after, civil.DateOf(c.Before.Frozen))...)
	default:
		out = append(out, Cause{Kind: NotCountedAfter, Subject: d.Resident(), Text: "此人现在在该区划没有任何计数 nothing of this person counts in the division any more"})
	}
	if code := d.line().Village; !c.SameChain(code) {
		out = append(out, Cause{Kind: DivisionChanged, Subject: code, Text: "区划隶属关系变更 the division stands elsewhere"})
	}
	for _, p := range c.packs {
		if len(out) == 0 || p.Subject == c.Before.PackID || p.Subject == c.After.PackID {
			out = append(out, p)
		}
	}
	if len(out) == 0 && c.program {
		out = append(out, Cause{Kind: ProgramChanged, Text: "程序的推导规则已更新 the program derives by another version"})
	}
	if len(out) == 0 {
		out = append(out, Cause{Kind: DivisionChanged, Subject: d.line().Village, Text: "事实所涉区划、机构或关系人变更 divisions, units or identifiers of people that the facts name have changed"})
	}
	d.Causes = out
}

// factChanges compares versions; both sides are in canonical order.
func factChanges(a, b *Person) []Cause {
	type key struct {
		kind int32
		id   string
	}
	was := map[key]Fact{}
	for _, f := range a.Facts {
		was[key{f.Kind, f.ID}] = f
	}
	var out []Cause
	for _, f := range b.Facts {
		k := key{f.Kind, f.ID}
		old, there := was[k]
		delete(was, k)
		switch {
		case !there:
			out = append(out, cause(FactRecorded, f, 0, f.Version, "新增 recorded"))
		case old.Version != f.Version:
			out = append(out, cause(FactChanged, f, old.Version, f.Version, "修改 changed"))
		}
	}
	for _, f := range a.Facts {
		if _, gone := was[key{f.Kind, f.ID}]; gone {
			out = append(out, cause(FactWithdrawn, f, f.Version, 0, "撤销 withdrawn"))
		}
	}
	return out
}

func cause(kind CauseKind, f Fact, before, after int64, what string) Cause {
	text := fmt.Sprintf("%s %s 版本 version %d → %d %s", factText(f.Kind), f.ID, before, after, what)
	if f.Tied {
		text += "（关系人 of " + f.Owner + "）"
	}
	return Cause{Kind: kind, FactKind: f.Kind, Subject: f.ID, Before: before, After: after, Recorded: f.Recorded, Text: text}
}

// factText names a kind of facts, Chinese first; one that is newer than the
// program by its number.
func factText(kind int32) string {
	if w, ok := facts.KindNumbered(kind); ok {
		return w.Chinese + " " + w.English
	}
	return fmt.Sprintf("事实 fact %d", kind)
}

func merges(a, b *Person) []Cause {
	var out []Cause
	if a.Into != b.Into {
		to := b.Into
		if to == "" {
			to = a.Into
		}
		out = append(out, Cause{Kind: Merged, Subject: to, Text: "居民编号合并或拆分 merged into or parted from " + to})
	}
	was := map[string]bool{}
	for _, id := range a.Merged() {
		was[id] = true
	}
	for _, id := range b.Merged() {
		if !was[id] {
			out = append(out, Cause{Kind: Merged, Subject: id, Text: "并入 " + id + " 的记录 records of that identifier count here now"})
		}
		delete(was, id)
	}
	for _, id := range a.Merged() {
		if was[id] {
			out = append(out, Cause{Kind: Merged, Subject: id, Text: "不再并入 " + id + " 的记录 records of that identifier do not count here any more"})
		}
	}
	return out
}

// later lists the facts that were entered on the day of the freeze or after it.
func later(p *Person, frozen civil.Date) []Cause {
	var out []Cause
	for _, f := range p.Facts {
		if f.Recorded != civil.None && f.Recorded >= frozen {
			out = append(out, cause(FactRecorded, f, 0, f.Version, "新增 recorded"))
		}
	}
	return out
}
