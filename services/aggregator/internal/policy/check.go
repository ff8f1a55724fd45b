package policy

import (
	"fmt"
	"strings"
)

// Report is what is to be said about the file of one pack.
type Report struct {
	ID       string   // of the pack; empty when the file could not be read
	Pack     *Pack    // nil when there are problems other than of cases
	Problems Problems // what is wrong; the pack cannot be loaded
	Warnings Problems // what is allowed but hardly meant
	Cases    []CaseResult
}

// CaseResult is how one example of a pack came out.
type CaseResult struct {
	Name   Text
	Expect int      // how many answers were looked at
	Wrong  Problems // those that are not as expected
}

// Check compiles one pack as if it were loaded in place of the one with its id,
// and runs its cases. The catalogue itself does not change. Cases are run only
// when nothing else is wrong.
func (c *Catalogue) Check(text []byte) Report { return c.CheckWith(text) }

// CheckWith is Check beside further files that are not loaded either, for packs
// that are written together.
func (c *Catalogue) CheckWith(text []byte, beside ...[]byte) Report {
	f, err := readPack(text)
	if err != nil {
		if found := misread(text); len(found) > 0 {
			return Report{Problems: found}
		}
		return Report{Problems: yamlProblems("", err)}
	}
	out := Report{ID: f.ID}
	files := map[string]source{}
	for _, b := range beside {
		if g, err := readPack(b); err == nil && g.ID != f.ID {
			files[g.ID] = source{name: g.ID, text: b}
		}
	}
	files[f.ID] = source{name: f.ID, text: text}
	sources := c.sourcesWithout(files)
	for _, id := range sortedKeys(files) {
		sources = append(sources, files[id])
	}
	next, problems := build(sources)
	if out.Problems = append(shapes(&source{name: f.ID, file: f}), problems...); len(out.Problems) > 0 {
		return out
	}
	for _, w := range next.warned {
		if w.File == f.ID {
			out.Warnings = append(out.Warnings, w)
		}
	}
	out.Pack, _ = next.Pack(f.ID)
	out.Cases = out.Pack.RunCases()
	for _, r := range out.Cases {
		out.Problems = append(out.Problems, r.Wrong...)
	}
	return out
}

// RunCases runs the examples of the pack, in their order.
func (p *Pack) RunCases() []CaseResult {
	_, wrong := p.runCases()
	wrong = p.placed(wrong)
	out := make([]CaseResult, len(p.cases))
	for i := range p.cases {
		out[i] = CaseResult{Name: p.cases[i].Name, Expect: len(p.cases[i].Expect)}
		here := fmt.Sprintf("cases[%d]", i)
		for _, w := range wrong {
			if w.Path == here || strings.HasPrefix(w.Path, here+".") {
				out[i].Wrong = append(out[i].Wrong, w)
			}
		}
	}
	return out
}

// placed gives problems of this pack's file their lines.
func (p *Pack) placed(list Problems) Problems {
	for i := range list {
		if list[i].Line == 0 {
			list[i].Line = lineOf(p.root.root, list[i].Path)
		}
	}
	return list
}
