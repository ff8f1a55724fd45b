package policy

import (
	"errors"
	"strings"
	"sync"
	"testing"
)

// with loads these files beside the built-in packs that they name.
func with(t testing.TB, files ...string) (*Catalogue, error) {
	t.Helper()
	return beside(named(t, files...), files...)
}

// beside loads files beside other packs.
func beside(others *Catalogue, files ...string) (*Catalogue, error) {
	sources := others.sourcesWithout(nil)
	for i, f := range files {
		sources = append(sources, source{name: string(rune('a'+i)) + ".yaml", text: []byte(f)})
	}
	c, problems := build(sources)
	for _, s := range sources {
		if len(problems) > 0 {
			return nil, problems
		}
		if strings.HasSuffix(s.name, ".yaml") { // the cases of the others ran when they were loaded
			p, _ := c.Pack(s.file.ID)
			_, wrong := p.runCases()
			problems = append(problems, p.placed(wrong)...)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return c, nil
}

// named is the built-in packs that files name, by id or place, with those they
// extend: compiling the others beside each of hundreds of wrong files would be
// most of the work of these tests.
func named(t testing.TB, files ...string) *Catalogue {
	t.Helper()
	all, need := builtIn(t), map[string]source{}
	for _, p := range all.Packs() {
		need[p.ID] = source{}
	}
	keep := func(id string) {
		for there := true; there && id != ""; {
			delete(need, id)
			p, _ := all.Pack(id)
			id, there = p.root.Extends, p.root.Extends != ""
		}
	}
	keep("national")
	for _, f := range files {
		for _, p := range all.Packs() {
			if strings.Contains(f, p.ID) || p.Jurisdiction != "" && strings.Contains(f, p.Jurisdiction) {
				keep(p.ID)
			}
		}
	}
	key := strings.Join(sortedKeys(need), " ")
	if c, there := fewPacks.Load(key); there {
		return c.(*Catalogue)
	}
	c, problems := build(all.sourcesWithout(need))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	fewPacks.Store(key, c)
	return c
}

var fewPacks sync.Map // by the ids that are left out

// head is a valid pack of the county 990102; more is appended.
func head(more string) string {
	return `id: test
version: 1
name: {zh: 试验, en: test}
jurisdiction: "990102000000"
extends: national
valid_from: 2020-01-01
` + more
}

// rule is a pack with one rule.
func rule(eligible string) string {
	return head("rules:\n  - id: R-T\n    name: {zh: 试验, en: test}\n    eligible: " + eligible + "\n")
}

func TestWrongPacksAreRefusedWithPlaceAndReason(t *testing.T) {
	for _, c := range []struct{ name, source, path, english string }{
		{"not YAML", "id: [", "", "not a valid pack file"},
		{"an unknown key", head("colour: red\n"), "", "colour"},
		{"two documents", head("---\nid: b\n"), "", "more than one document"},
		{"no version", strings.Replace(head(""), "version: 1", "version: 0", 1), "version", "positive"},
		{"a jurisdiction of six digits", strings.Replace(head(""), "990102000000", "990102", 1), "jurisdiction", "12-digit"},
		{"no validity", head("valid_to: 2019-01-01\n"), "valid_to", "before valid_from"},
		{"an impossible date", strings.Replace(head(""), "2020-01-01", "2020-02-30", 1), "", "not a date"},
		{"an unknown parent", strings.Replace(head(""), "extends: national", "extends: nowhere", 1), "extends", "no pack"},
		{"an unknown predicate", rule("{weight: {from: 1}}"), "rules[0].eligible.weight", "no such predicate"},
		{"an unknown parameter", rule("{lived: {level: county, months: 3, days: 4}}"), "rules[0].eligible.lived.days", "unknown key"},
		{"an unknown nested parameter", rule("{permit: {endorsement: {every_months: 12, colour: 1}}}"), "rules[0].eligible.permit.endorsement.colour", "unknown key"},
		{"a predicate with two keys", rule("{present: {}, age: {from: 1y}}"), "rules[0].eligible", "exactly one key"},
		{"an empty list", rule("{all: []}"), "rules[0].eligible.all", "something in it"},
		{"deep inside", rule("{all: [{present: {}}, {not: {lived: {level: street, months: 3}}}]}"), "rules[0].eligible.all[1].not.lived", "level must be"},
		{"months out of range", rule("{lived: {months: 0}}"), "rules[0].eligible.lived", "months must be"},
		{"an age without a unit", rule("{age: {from: 3}}"), "rules[0].eligible.age", "m or y"},
		{"ages the wrong way round", rule("{age: {from: 7y, before: 3y}}"), "rules[0].eligible.age", "greater than from"},
		{"an alias that holds itself", rule("&a {all: [*a]}"), "rules[0].eligible.all[0]", "exactly one key"},
		{"nested too deep", rule(strings.Repeat("{not: ", 40) + "{present: {}}" + strings.Repeat("}", 40)), "", "too deep"},
		{"a definition that does not exist", rule("{use: nothing}"), "rules[0].eligible.use", "no such definition"},
		{"a definition of floating that does not exist", rule("{floating: {definition: lunar}}"), "rules[0].eligible.floating", "no such definition"},
		{"definitions in a circle", head("definitions:\n  - {id: a, is: {use: b}}\n  - {id: b, is: {not: {use: a}}}\n"), "definitions[1].is.not.use", "leads back to itself"},
		{"a predicate about an event in a rule", rule("{reported: {}}"), "rules[0].eligible.reported", "flow indicator only"},
		{"no predicate at all", head("rules:\n  - id: R-T\n    name: {zh: 试验, en: test}\n"), "rules[0].eligible", "missing"},
		{"no English name", head("rules:\n  - id: R-T\n    name: {zh: 试验}\n    eligible: {present: {}}\n"), "rules[0]", "Chinese and English"},
		{"an unknown kind of indicator", head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: guess, eligible: {present: {}}, covered: {present: {}}}\n"), "indicators[0].kind", "stock, flow or ratio"},
		{"a flow without a period", head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: flow, events: {cases_registered: {}}, eligible: {present: {}}, covered: {reported: {}}}\n"), "indicators[0].period", "calendar_year"},
		{"a flow without events", head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: flow, period: month, events: {}, eligible: {present: {}}, covered: {reported: {}}}\n"), "indicators[0].events", "one of"},
		{"a stock indicator with a period", head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: stock, period: month, eligible: {present: {}}, covered: {present: {}}}\n"), "indicators[0]", "no events, period"},
		{"a ratio that awaits nothing", head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, kind: ratio}\n"), "indicators[0]", "awaits"},
		{"a target of an unknown indicator", head("targets:\n  - {indicator: NONE, op: \">=\", value: 80%, by: 2020-12-31}\n"), "targets[0].indicator", "no such indicator"},
		{"a target without a deadline", head("targets:\n  - {indicator: EHR03, op: \">=\", value: 80%}\n"), "targets[0]", "deadline"},
		{"a target that is not a number", head("targets:\n  - {indicator: EHR03, op: \">=\", value: most, by: 2020-12-31}\n"), "targets[0]", "value is written like"},
		{"a case that fails", head("cases:\n  - name: {zh: 错, en: wrong}\n    given: {stays: [{village: \"990102100201\", arrived: 2020-01-01}]}\n    expect: [{item: R-DC-0, on: 2020-01-01, eligible: false}]\n"), "cases[0].expect[0]", "want eligible=false"},
		{"a case about an unknown item", head("cases:\n  - name: {zh: 错, en: wrong}\n    given: {}\n    expect: [{item: R-NO, on: 2020-01-01, eligible: false}]\n"), "cases[0].expect[0]", "no such item"},
		{"in force together with another of the place", strings.Replace(head(""), "990102", "350213", 1), "valid_from", "in force together"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := with(t, c.source)
			var problems Problems
			if !errors.As(err, &problems) {
				t.Fatalf("error: %v", err)
			}
			for _, p := range problems {
				if p.Path == c.path && strings.Contains(p.Text.English, c.english) && p.Text.Chinese != "" {
					return
				}
			}
			t.Errorf("problems:\n%v", err)
		})
	}
}

func TestAProblemNamesItsLine(t *testing.T) {
	_, err := with(t, rule("\n      all:\n        - present: {}\n        - weight: {}"))
	var problems Problems
	if !errors.As(err, &problems) || len(problems) != 1 || problems[0].Line != 13 || problems[0].File != "a.yaml" {
		t.Errorf("problems: %v", err)
	}
}

func TestValidateDoesNotChangeTheCatalogue(t *testing.T) {
	c := builtIn(t)
	before := c.Digest()
	problems, ran := c.Validate([]byte(head("cases:\n  - name: {zh: 对, en: right}\n    given: {stays: [{village: \"990102100201\", arrived: 2020-01-01}]}\n    expect: [{item: R-DC-0, on: 2020-01-01, eligible: true}]\n")))
	if len(problems) != 0 || ran != 1 {
		t.Errorf("problems %v, cases %d", problems, ran)
	}
	if _, ok := c.Pack("test"); ok || c.Digest() != before {
		t.Error("the pack was loaded")
	}
}

func TestAPackIsValidatedInPlaceOfTheOneWithItsId(t *testing.T) {
	c := builtIn(t)
	p, _ := c.Pack("xiangan-2018")
	if problems, ran := c.Validate(p.Source); len(problems) != 0 || ran != len(p.cases) || ran == 0 {
		t.Errorf("problems %v, cases %d", problems, ran)
	}
	broken := strings.Replace(string(p.Source), "eligible: true, covered: true", "eligible: true, covered: false", 1)
	if problems, _ := c.Validate([]byte(broken)); len(problems) != 1 || !strings.Contains(problems[0].Path, "cases[") {
		t.Errorf("problems %v", problems)
	}
}

func FuzzValidate(f *testing.F) {
	packs := builtIn(f)
	national, _ := packs.Pack("national")
	c, problems := build([]source{{name: "national", text: national.Source}}) // alone: many more files a second
	if len(problems) > 0 {
		f.Fatal(problems)
	}
	f.Add([]byte(head("")))
	f.Add([]byte(rule("{all: [{present: {}}, {age: {before: 7y}}]}")))
	f.Add([]byte(everything))
	for _, p := range packs.Packs() {
		f.Add(p.Source)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		r := c.Check(source)
		if len(r.Problems) > 0 && len(r.Cases) > 0 && !strings.HasPrefix(r.Problems[0].Path, "cases[") {
			t.Errorf("cases ran although the pack is wrong: %v", r.Problems)
		}
		if (r.Pack == nil) != (len(r.Problems) > 0 && len(r.Cases) == 0) {
			t.Errorf("%v of a pack that is %v", r.Problems, r.Pack)
		}
		if r.Pack != nil && len(Diff(r.Pack, r.Pack)) > 0 {
			t.Error("the pack differs from itself")
		}
	})
}
