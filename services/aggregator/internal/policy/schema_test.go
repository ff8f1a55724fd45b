package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// validator is the schema, read by a real validator.
func validator(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(SchemaID, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(SchemaID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asJSON reads a pack file as its schema does: dates stay text.
func asJSON(t testing.TB, source []byte) any {
	t.Helper()
	var n yaml.Node
	if err := yaml.Unmarshal(source, &n); err != nil {
		t.Fatal(err)
	}
	return nodeJSON(n.Content[0])
}

func nodeJSON(n *yaml.Node) any {
	switch n.Kind {
	case yaml.AliasNode:
		return nodeJSON(n.Alias)
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			out[n.Content[i].Value] = nodeJSON(n.Content[i+1])
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		for _, c := range n.Content {
			out = append(out, nodeJSON(c))
		}
		return out
	}
	switch n.ShortTag() {
	case "!!int", "!!float":
		return json.Number(n.Value)
	case "!!bool":
		return n.Value == "true"
	case "!!null":
		return nil
	}
	return n.Value
}

func TestEveryBuiltInPackFitsTheSchema(t *testing.T) {
	s := validator(t)
	for _, p := range builtIn(t).Packs() {
		if err := s.Validate(asJSON(t, p.Source)); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
	}
}

func TestAPackWithEverythingFitsTheSchemaAndCompiles(t *testing.T) {
	if err := validator(t).Validate(asJSON(t, []byte(everything))); err != nil {
		t.Error(err)
	}
	if r := builtIn(t).Check([]byte(everything)); len(r.Problems) > 0 || len(r.Warnings) > 0 {
		t.Errorf("%v\n%v", r.Problems, r.Warnings)
	}
}

// What is wrong in shape, both refuse: an editor while it is written, and the
// compiler.
func TestTheSchemaAndTheCompilerRefuseTheSameShapes(t *testing.T) {
	s := validator(t)
	indicator := func(more string) string {
		return head("indicators:\n  - {id: X, name: {zh: 甲, en: x}, " + more + "}\n")
	}
	for name, source := range map[string]string{
		"an unknown key":                      head("colour: red\n"),
		"an unknown key of an item":           head("rules:\n  - {id: R, name: {zh: 甲, en: x}, colour: red, eligible: {present: {}}}\n"),
		"no version":                          strings.Replace(head(""), "version: 1\n", "", 1),
		"a version in words":                  strings.Replace(head(""), "version: 1", "version: first", 1),
		"no name":                             strings.Replace(head(""), "name: {zh: 试验, en: test}\n", "", 1),
		"a jurisdiction of six digits":        strings.Replace(head(""), "990102000000", "990102", 1),
		"a date that is none":                 strings.Replace(head(""), "2020-01-01", "20-1-1", 1),
		"an unknown condition":                rule("{weight: {from: 1}}"),
		"an unknown parameter":                rule("{lived: {level: county, months: 3, days: 4}}"),
		"a condition with two keys":           rule("{present: {}, age: {from: 1y}}"),
		"a condition without a key":           rule("{}"),
		"an empty list":                       rule("{all: []}"),
		"an age without a unit":               rule("{age: {from: 3}}"),
		"a level that is none":                rule("{lived: {level: street, months: 3}}"),
		"a sex that is none":                  rule("{sex: {is: other}}"),
		"a calendar that nobody keeps":        rule("{permit: {endorsement: {every_months: 12, window_months: 1, rest_days: mars}}}"),
		"a late mode that is none":            rule("{permit: {endorsement: {every_months: 12, window_months: 1, late: forgive}}}"),
		"a condition about an event":          rule("{reported: {}}"),
		"an unknown kind":                     indicator("kind: guess, eligible: {present: {}}"),
		"an unknown unit":                     indicator("kind: stock, unit: dozen, eligible: {present: {}}, covered: {present: {}}"),
		"an unknown attribution":              indicator("kind: flow, period: month, attribution: nearest, events: {births: {}}, eligible: {present: {}}"),
		"an unknown period":                   indicator("kind: flow, period: week, events: {births: {}}, eligible: {present: {}}"),
		"two kinds of events":                 indicator("kind: flow, period: month, events: {births: {}, deaths: {}}, eligible: {present: {}}"),
		"no kind of events":                   indicator("kind: flow, period: month, events: {}, eligible: {present: {}}"),
		"a part that is none":                 indicator("kind: ratio, numerator: {sum: [{indicator: EHR03, part: all}]}, denominator: {sum: [{indicator: EHR03}]}"),
		"a target without a deadline":         head("targets:\n  - {indicator: EHR03, op: \">=\", value: 80%}\n"),
		"an operator that is none":            head("targets:\n  - {indicator: EHR03, op: \">\", value: 80%, by: 2020-12-31}\n"),
		"a figure without a unit":             head("figures:\n  - {id: f, name: {zh: 甲, en: x}, at: day}\n"),
		"a figure at no time":                 head("figures:\n  - {id: f, name: {zh: 甲, en: x}, unit: {zh: 人, en: people}, at: week}\n"),
		"a group of names":                    head("groups:\n  - {id: g, name: {zh: 甲, en: x}, divisions: [one]}\n"),
		"a record without a code":             head("records:\n  - {name: {zh: 甲, en: x}}\n"),
		"a warning at the bottom of nothing":  head("warnings: {yellow: {bottom: all}}\n"),
		"a deadline without a day":            head("deadlines:\n  - {id: d, name: {zh: 甲, en: x}}\n"),
		"months with decimals":                rule("{lived: {level: county, months: 3.5}}"),
		"a version with decimals":             strings.Replace(head(""), "version: 1", "version: 1.5", 1),
		"a minimum with decimals":             head("warnings: {minimum: 29.5}\n"),
		"a citation of no document":           head("rules:\n  - {id: R, name: {zh: 甲, en: x}, eligible: {present: {}}, citations: [{clause: 一}]}\n"),
		"notes in English alone":              head("rules:\n  - {id: R, name: {zh: 甲, en: x}, eligible: {present: {}}, notes: {en: x}}\n"),
		"something to remove that is no text": head("remove: [{id: EHR03}]\n"),
	} {
		t.Run(name, func(t *testing.T) {
			if s.Validate(asJSON(t, []byte(source))) == nil {
				t.Error("the schema takes it")
			}
			if problems, _ := named(t, source).Validate([]byte(source)); len(problems) == 0 {
				t.Error("the compiler takes it")
			}
		})
	}
}

// Whoever registers a condition says in the schema what it asks.
func TestTheSchemaDescribesEveryCondition(t *testing.T) {
	names := slices.Concat(sortedKeys(predicates), sortedKeys(eventPredicates), joins)
	for _, name := range names {
		if d := schemaPredicates[name]; d.Chinese == "" || d.English == "" {
			t.Errorf("%s is not described", name)
		}
	}
	for name := range schemaPredicates {
		if !slices.Contains(names, name) {
			t.Errorf("%s is described and there is no such condition", name)
		}
	}
}

// A path that leads to no key would say nothing, silently.
func TestEveryPathOfTheSchemaTablesLeadsToAKey(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	for path, d := range schemaTexts {
		quoted, err := json.Marshal(d.Chinese + " " + d.English)
		if err != nil {
			t.Fatal(err)
		}
		plain := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(quoted))
		if !strings.Contains(string(text), plain) {
			t.Errorf("%s is nowhere in the schema", path)
		}
	}
	for path, words := range schemaWords {
		if list := fmt.Sprintf("%q", words[0]); !strings.Contains(string(text), list) {
			t.Errorf("%s is nowhere in the schema", path)
		}
	}
}
