package policy

import (
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// flagged: the registry flags the person's record with one of these reasons. A
// flag holds on the days that it carries; one from before there were days carries
// none and holds on all of them, until the record is mended.
type flagged struct {
	Any []string `yaml:"any"`
}

// spans are the days of one flag.
func (p *flagged) spans(e *evaluator, flag string, out []timeline.Span) []timeline.Span {
	open := false
	for _, s := range e.r.Person.Doubted {
		if s.Flag != flag {
			continue
		}
		until := s.Until
		if until == civil.None {
			until, open = civil.Forever, true
		}
		out = append(out, timeline.Span{From: s.From, To: until})
	}
	if !open && slices.Contains(e.r.Person.Flags, flag) {
		return append(out, always...)
	}
	return out
}

func (p *flagged) days(e *evaluator) timeline.Set {
	var out []timeline.Span
	for _, flag := range p.Any {
		out = p.spans(e, flag, out)
	}
	return timeline.Of(nil, out...)
}

// on lists the flags that hold on a day.
func (p *flagged) on(e *evaluator, day civil.Date) []string {
	return slices.DeleteFunc(slices.Clone(p.Any), func(flag string) bool {
		return !timeline.Of(nil, p.spans(e, flag, nil)...).Contains(day)
	})
}

func (p *flagged) text() Text {
	return Text{"登记存疑：" + strings.Join(p.Any, "、"), "flagged by the registry: " + strings.Join(p.Any, " or ")}
}

func (p *flagged) check() Text {
	if len(p.Any) == 0 {
		return Text{"须给出 any：标记的代码", "any must be given: codes of flags"}
	}
	return Text{}
}

func (p *flagged) used(e *evaluator, day civil.Date) []UsedFact {
	list := p.on(e, day)
	if len(list) == 0 {
		return e.personFact(Text{"登记无此类存疑标记", "not flagged so"})
	}
	return e.personFact(Text{"登记存疑：" + strings.Join(list, "、"), "flagged: " + strings.Join(list, ", ")})
}
