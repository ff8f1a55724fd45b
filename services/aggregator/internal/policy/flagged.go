package policy

import (
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
)

// flagged: the registry flags the person's record with one of these reasons. A
// flag is a state of today that carries no day, so it holds on all days, until
// the record is mended.
type flagged struct {
	Any []string `yaml:"any"`
}

func (p *flagged) on(e *evaluator) []string {
	return slices.DeleteFunc(slices.Clone(e.r.Person.Flags), func(f string) bool { return !slices.Contains(p.Any, f) })
}

func (p *flagged) days(e *evaluator) timeline.Set {
	if slices.ContainsFunc(e.r.Person.Flags, func(f string) bool { return slices.Contains(p.Any, f) }) {
		return always
	}
	return never
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

func (p *flagged) used(e *evaluator, _ civil.Date) []UsedFact {
	list := p.on(e)
	if len(list) == 0 {
		return e.personFact(Text{"登记无此类存疑标记", "not flagged so"})
	}
	return e.personFact(Text{"登记存疑：" + strings.Join(list, "、"), "flagged: " + strings.Join(list, ", ")})
}
