package policy

import (
	"encoding"
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// misread finds the dates of a file that are none: the decoder stops at the first
// and does not say where it stands.
func misread(text []byte) Problems {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil //nolint:nilerr // what is no YAML has no dates; the decoder says what it is
	}
	if len(root.Content) == 0 {
		return nil
	}
	m := misreader{}
	m.walk(root.Content[0], reflect.TypeFor[packFile](), "")
	return m.problems
}

type misreader struct{ problems Problems }

// walk goes through a node and the type that it is decoded into. What an alias
// stands for is read where it stands itself.
func (m *misreader) walk(n *yaml.Node, t reflect.Type, path string) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == rawType:
	case reflect.PointerTo(t).Implements(textual):
		m.scalar(n, t, path)
	case t.Kind() == reflect.Slice && n.Kind == yaml.SequenceNode:
		for i, e := range n.Content {
			m.walk(e, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
		}
	case t.Kind() == reflect.Struct && n.Kind == yaml.MappingNode:
		for i := range t.NumField() {
			f := t.Field(i)
			for j := 0; f.IsExported() && j+1 < len(n.Content); j += 2 {
				if key := n.Content[j].Value; key == f.Tag.Get("yaml") {
					m.walk(n.Content[j+1], f.Type, dotted(path, key))
				}
			}
		}
	}
}

func (m *misreader) scalar(n *yaml.Node, t reflect.Type, path string) {
	into, ok := reflect.New(t).Interface().(encoding.TextUnmarshaler)
	if !ok || n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" || into.UnmarshalText([]byte(n.Value)) == nil {
		return
	}
	what := Text{n.Value + " 读不懂", n.Value + " cannot be read"}
	if t == dateType {
		what = Text{n.Value + " 不是日历上的日期，须形如 2026-09-30", n.Value + " is not a date of the calendar; write one like 2026-09-30"}
	}
	m.problems = append(m.problems, Problem{Line: n.Line, Path: path, Text: what})
}
