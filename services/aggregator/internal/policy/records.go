package policy

import (
	"fmt"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// recordFilter picks dated records by their codes and values.
type recordFilter struct {
	Code  string
	Codes []string
	Value *valueRange
}

func (f *recordFilter) takes(x *facts.Record) bool {
	return x.On != civil.None && (x.Code == f.Code && f.Code != "" || slices.Contains(f.Codes, x.Code)) && f.Value.holds(x.Value)
}

func (f *recordFilter) recordCodes() []string {
	if f.Code != "" {
		return []string{f.Code}
	}
	return f.Codes
}

func (f *recordFilter) text() Text {
	codes, v := f.recordCodes(), f.Value.words()
	t := Text{strings.Join(codes, "、"), strings.Join(codes, " or ")}
	if v.Chinese != "" {
		t.Chinese, t.English = t.Chinese+"（"+v.Chinese+"）", t.English+" ("+v.English+")"
	}
	return t
}

func (f *recordFilter) check() Text {
	if (f.Code == "") == (len(f.Codes) == 0) {
		return Text{"须给出 code 或 codes 之一", "exactly one of code and codes must be given"}
	}
	return f.Value.wrong()
}

// records: at least so many dated records of a code within a period that holds
// the day, as predicate events counts services; or, with Holding, a record that
// holds on the day itself, from its day until its last one.
type records struct {
	Code    string      `yaml:"code"`
	Codes   []string    `yaml:"codes"` // any of them; instead of code
	Value   *valueRange `yaml:"value"`
	AtLeast int         `yaml:"at_least"`
	Within  string      `yaml:"within"` // as of predicate events
	Holding bool        `yaml:"holding"`
}

func (p *records) filter() recordFilter { return recordFilter{p.Code, p.Codes, p.Value} }

func (p *records) recordCodes() []string { f := p.filter(); return f.recordCodes() }

func (p *records) days(e *evaluator) timeline.Set {
	f := p.filter()
	if p.Holding {
		e.scratch = e.scratch[:0]
		for i := range e.r.Records {
			if x := &e.r.Records[i]; f.takes(x) {
				e.scratch = append(e.scratch, inclusive(x.On, x.Until))
			}
		}
		return e.collect()
	}
	e.dates = e.dates[:0]
	for i := range e.r.Records {
		if x := &e.r.Records[i]; f.takes(x) {
			e.dates = append(e.dates, x.On)
		}
	}
	return e.often(p.AtLeast, p.Within)
}

func (p *records) text() Text {
	filter := p.filter()
	f := filter.text()
	if p.Holding {
		return Text{"有效记录：" + f.Chinese, "a record holds: " + f.English}
	}
	n, when := max(p.AtLeast, 1), withinText(p.Within)
	return Text{fmt.Sprintf("%s有记录%s%d次及以上", when.Chinese, f.Chinese, n), fmt.Sprintf("%d or more: record %s, %s", n, f.English, when.English)}
}

func (p *records) check() Text {
	f := p.filter()
	if t := f.check(); t != (Text{}) {
		return t
	}
	if p.Holding {
		if p.AtLeast != 0 || p.Within != "" {
			return Text{"holding 不能与 at_least、within 并用", "holding cannot stand beside at_least or within"}
		}
		return Text{}
	}
	if p.AtLeast < 0 {
		return Text{"at_least 不能为负", "at_least must not be negative"}
	}
	return withinCheck(p.Within)
}

func (p *records) used(e *evaluator, day civil.Date) []UsedFact {
	var out []UsedFact
	f := p.filter()
	for i := range e.r.Records {
		x := &e.r.Records[i]
		if !f.takes(x) || x.On > day {
			continue
		}
		if p.Holding || day < endOf(p.Within, x.On) {
			out = append(out, usedRecord(x))
		}
	}
	return out
}

func usedRecord(x *facts.Record) UsedFact {
	f := usedFact("record", x.ID, x.Code, x.Code, x.On, x.Until)
	f.Text.Chinese += fmt.Sprintf("，数值%d", x.Value)
	f.Text.English += fmt.Sprintf(", value %d", x.Value)
	return f
}
