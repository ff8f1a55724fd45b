package policy

import (
	"io/fs"
	"slices"
	"strings"
	"sync"

	"xinju.dev/services/aggregator/policies"
)

// Default is the packs built into the program, compiled once. It fails only when
// an embedded file is wrong, which the tests of this package exclude.
var Default = sync.OnceValues(func() (*Catalogue, error) { return Load(policies.Files) })

// Load compiles every *.yaml of the folder together and runs their cases. The
// error is Problems when a pack is wrong.
func Load(files fs.FS) (*Catalogue, error) {
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	sources := make([]source, len(names))
	for i, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		sources[i] = source{name: name, text: b}
	}
	c, problems := build(sources)
	if len(problems) == 0 {
		for _, p := range c.packs {
			_, wrong := p.runCases()
			problems = append(problems, wrong...)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// Validate compiles one pack as if it were loaded in place of the one with its
// id, and runs its cases. The catalogue itself does not change.
func (c *Catalogue) Validate(text []byte) (problems Problems, casesRun int) {
	f, err := readPack(text)
	if err != nil {
		return Problems{yamlProblem("", err)}, 0
	}
	sources := []source{{name: f.ID, text: text}}
	for _, p := range c.packs {
		if p.ID != f.ID {
			sources = append(sources, source{name: p.ID, text: p.Source})
		}
	}
	next, problems := build(sources)
	if len(problems) > 0 {
		return problems, 0
	}
	p, _ := next.Pack(f.ID)
	casesRun, problems = p.runCases()
	return problems, casesRun
}

// source is one file.
type source struct {
	name string
	text []byte
	file *packFile
}

// build reads, links and compiles packs.
func build(sources []source) (*Catalogue, Problems) {
	var problems Problems
	byID := map[string]*source{}
	for i := range sources {
		s := &sources[i]
		f, err := readPack(s.text)
		if err != nil {
			problems = append(problems, yamlProblem(s.name, err))
			continue
		}
		s.file = f
		if f.ID == "" || byID[f.ID] != nil {
			problems = append(problems, Problem{File: s.name, Path: "id", Text: Text{"缺少 id 或与其他政策包重复", "id is missing or used by another pack"}})
			continue
		}
		byID[f.ID] = s
	}
	if len(problems) > 0 {
		return nil, problems
	}
	c := &Catalogue{byID: map[string]*Pack{}, placed: map[string][]*Pack{}}
	for i := range sources {
		k := compiler{source: &sources[i], all: byID}
		p := k.pack()
		problems = append(problems, k.problems...)
		p.catalogue = c
		c.packs = append(c.packs, p)
		c.byID[p.ID] = p
		c.placed[p.Jurisdiction] = append(c.placed[p.Jurisdiction], p)
	}
	slices.SortFunc(c.packs, func(a, b *Pack) int { return strings.Compare(a.ID, b.ID) })
	for _, list := range c.placed {
		problems = append(problems, overlaps(list)...)
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// overlaps finds packs of one place that are in force on the same day; it sorts
// the list by first day.
func overlaps(list []*Pack) Problems {
	slices.SortFunc(list, func(a, b *Pack) int { return int(a.From) - int(b.From) })
	var out Problems
	for i := 1; i < len(list); i++ {
		if list[i].From < list[i-1].To {
			out = append(out, Problem{File: list[i].ID, Path: "valid_from", Text: Text{
				"与同一辖区的政策包 " + list[i-1].ID + " 有效期重叠", "in force together with " + list[i-1].ID + " of the same jurisdiction",
			}})
		}
	}
	return out
}
