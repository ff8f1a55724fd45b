package policy

import (
	"fmt"
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
			problems = append(problems, p.placed(wrong)...)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// Compose lays loaded packs over built-in ones and compiles all together. A
// loaded pack takes the place of the one with its id; of several loaded ones of
// one id the highest version does. Cases are not run again: Check ran them when
// the pack was loaded. The error is Problems when the packs do not fit together.
func Compose(builtin *Catalogue, loaded ...[]byte) (*Catalogue, error) {
	newest := map[string]source{}
	for _, text := range loaded {
		f, err := readPack(text)
		if err != nil {
			return nil, yamlProblems("", err)
		}
		old, there := newest[f.ID]
		switch {
		case there && old.version == f.Version && string(old.text) != string(text):
			return nil, Problems{{File: f.ID, Path: "version", Text: Text{
				fmt.Sprintf("同一版本 %d 有两种内容，请增加版本号", f.Version), fmt.Sprintf("version %d has two contents: raise the version", f.Version),
			}}}
		case !there || f.Version > old.version:
			newest[f.ID] = source{name: f.ID, text: text, version: f.Version}
		}
	}
	sources := builtin.sourcesWithout(newest)
	for _, id := range sortedKeys(newest) {
		sources = append(sources, newest[id])
	}
	c, problems := build(sources)
	if len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// sourcesWithout is the files of all packs but those of these ids.
func (c *Catalogue) sourcesWithout(ids map[string]source) []source {
	var out []source
	for _, p := range c.packs {
		if _, replaced := ids[p.ID]; !replaced {
			out = append(out, source{name: p.ID, text: p.Source, file: p.root}) // nobody changes a file that was read
		}
	}
	return out
}

// Validate compiles one pack as if it were loaded in place of the one with its
// id, and runs its cases. The catalogue itself does not change.
func (c *Catalogue) Validate(text []byte) (problems Problems, casesRun int) {
	r := c.Check(text)
	return r.Problems, len(r.Cases)
}

// source is one file.
type source struct {
	name    string
	text    []byte
	version int
	file    *packFile
}

// read reads the text unless that was done.
func (s *source) read() (*packFile, error) {
	if s.file != nil {
		return s.file, nil
	}
	return readPack(s.text)
}

// build reads, links and compiles packs.
func build(sources []source) (*Catalogue, Problems) {
	byID, problems := read(sources)
	if len(problems) > 0 {
		return nil, problems
	}
	c := &Catalogue{byID: map[string]*Pack{}, placed: map[string][]*Pack{}}
	used := map[definedIn]bool{}
	for i := range sources {
		k := compiler{source: &sources[i], all: byID, used: used}
		p := k.pack()
		problems, c.warned = append(problems, k.problems...), append(c.warned, k.warned...)
		p.catalogue, c.schedule = c, k.schedule
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
	c.sizes = share(c.packs)
	c.warned = append(c.warned, unused(sources, used)...)
	return c, nil
}

// read decodes the files and names them by id.
func read(sources []source) (map[string]*source, Problems) {
	var problems Problems
	byID := map[string]*source{}
	for i := range sources {
		s := &sources[i]
		f, err := s.read()
		if err != nil {
			problems = append(problems, yamlProblems(s.name, err)...)
			continue
		}
		s.file = f
		if f.ID == "" || byID[f.ID] != nil {
			problems = append(problems, Problem{File: s.name, Line: lineOf(f.root, "id"), Path: "id", Text: Text{"缺少 id 或与其他政策包重复", "id is missing or used by another pack"}})
			continue
		}
		byID[f.ID] = s
	}
	return byID, problems
}

// unused warns of definitions that no item uses, of their pack or of one that
// extends it.
func unused(sources []source, used map[definedIn]bool) Problems {
	var out Problems
	for i := range sources {
		f := sources[i].file
		for j, d := range f.Definitions {
			if path := fmt.Sprintf("definitions[%d]", j); !used[definedIn{f, d.ID}] {
				out = append(out, Problem{File: sources[i].name, Line: lineOf(f.root, path), Path: path, Text: Text{
					"没有条目使用此定义：" + d.ID + "，删去或改用", "no item uses this definition: " + d.ID + "; take it out or use it",
				}})
			}
		}
	}
	return out
}

// overlaps finds packs of one place that are in force on the same day; it sorts
// the list by first day.
func overlaps(list []*Pack) Problems {
	slices.SortFunc(list, func(a, b *Pack) int { return int(a.From) - int(b.From) })
	var out Problems
	for i := 1; i < len(list); i++ {
		if list[i].From < list[i-1].To {
			out = append(out, Problem{File: list[i].ID, Line: lineOf(list[i].root.root, "valid_from"), Path: "valid_from", Text: Text{
				"与同一辖区的政策包 " + list[i-1].ID + " 有效期重叠：给前者写 valid_to，或沿用其 id 提高版本",
				"in force together with " + list[i-1].ID + " of the same jurisdiction: end that one by valid_to, or keep its id and raise the version",
			}})
		}
	}
	return out
}
