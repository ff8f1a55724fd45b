package policy

import (
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Which record codes conditions read.

// codesOf returns the record codes that trees read, sorted.
func (c *compiler) codesOf(trees ...*node) []string {
	var out []string
	for _, n := range trees {
		if n != nil {
			out = union(out, c.codes[n])
			out = union(out, c.codesOf(n.kids...))
		}
	}
	return out
}

func union(a, b []string) []string {
	if len(b) == 0 {
		return a
	}
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// known refuses record codes that the pack has not declared.
func (c *compiler) known(o origin, y *yaml.Node, path string, codes []string) {
	for _, code := range codes {
		if !c.records[code] {
			c.fail(o, y, path, c.unknown("没有声明此记录代码，先写入 records", "there is no such record code: declare it under records", code, sortedKeys(c.records)))
		}
	}
}

// recorder is parameters that name record codes in a way of their own.
type recorder interface{ recordCodes() []string }

// recordCodes finds the codes that parameters name: what they say themselves,
// else every text under the keys code, codes and record.
func recordCodes(v reflect.Value) []string {
	if v.CanInterface() {
		if r, ok := v.Interface().(recorder); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
			return r.recordCodes()
		}
	}
	switch {
	case v.Kind() == reflect.Pointer && !v.IsNil():
		return recordCodes(v.Elem())
	case v.Kind() != reflect.Struct:
		return nil
	}
	var out []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		switch f.Tag.Get("yaml") {
		case "code", "codes", "record":
			out = union(out, texts(v.Field(i)))
		}
		out = union(out, recordCodes(v.Field(i)))
	}
	return out
}

// texts is a text, or a list of texts, that is not empty.
func texts(v reflect.Value) []string {
	switch {
	case v.Kind() == reflect.String && v.String() != "":
		return []string{v.String()}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		var out []string
		for i := range v.Len() {
			out = append(out, v.Index(i).String())
		}
		return out
	}
	return nil
}
