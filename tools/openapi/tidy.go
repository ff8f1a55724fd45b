package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// described explains shared schemas whose third-party protos come without
// comments.
var described = map[string]string{
	"google.type.Date":  "A civil date of the Gregorian calendar in China; no time zone applies. year, month and day are all set, or the field is absent.",
	"google.rpc.Status": "Every error has this shape. details carry an ErrorInfo (reason, domain xinju.dev), field violations, and the text in Chinese and English.",
}

// tidy makes the merged document one that tools accept: paths that differ only
// in the names of their parameters become one path, shared schemas get a
// description, and parameters become those that the gateway takes.
func tidy(doc *object) error {
	if err := unifyPaths(doc.child("paths")); err != nil {
		return err
	}
	describe(doc.child("components"))
	describeStreams(doc.child("paths"))
	return joinParameters(doc.child("paths"))
}

var templateVar = regexp.MustCompile(`\{([^}]*)\}`)

// unifyPaths renames parameters such as {visit.visit_id} to {visit_id} and
// joins the path items that then have the same path.
func unifyPaths(paths *object) error {
	if paths == nil {
		return nil
	}
	joined := &object{}
	for _, m := range paths.members {
		item, ok := m.value.(*object)
		if !ok {
			return fmt.Errorf("path %s is not an object", m.key)
		}
		for _, v := range templateVar.FindAllStringSubmatch(m.key, -1) {
			renameParameter(item, v[1], lastName(v[1]))
		}
		path := templateVar.ReplaceAllStringFunc(m.key, func(v string) string {
			return "{" + lastName(v[1:len(v)-1]) + "}"
		})
		if err := join(joined, path, item); err != nil {
			return err
		}
	}
	*paths = *joined
	return nil
}

func lastName(dotted string) string { return dotted[strings.LastIndex(dotted, ".")+1:] }

// join adds the operations of item to those already under path.
func join(paths *object, path string, item *object) error {
	known := paths.child(path)
	if known == nil {
		paths.set(path, item)
		return nil
	}
	for _, op := range item.members {
		if known.get(op.key) != nil {
			return fmt.Errorf("%s %s is described twice", strings.ToUpper(op.key), path)
		}
		known.set(op.key, op.value)
	}
	return nil
}

// renameParameter renames a path parameter in every operation of a path item.
func renameParameter(item *object, from, to string) {
	if from == to {
		return
	}
	for _, op := range item.members {
		operation, ok := op.value.(*object)
		if !ok {
			continue
		}
		parameters, _ := operation.get("parameters").([]any)
		for _, p := range parameters {
			if p, ok := p.(*object); ok && p.get("in") == "path" && p.get("name") == from {
				p.set("name", to)
			}
		}
	}
}

func describe(components *object) {
	if components == nil || components.child("schemas") == nil {
		return
	}
	for _, m := range components.child("schemas").members {
		schema, ok := m.value.(*object)
		text := described[m.key]
		if !ok || text == "" || schema.get("description") != nil {
			continue
		}
		at := slices.IndexFunc(schema.members, func(m member) bool { return m.key == "type" }) + 1
		schema.members = slices.Insert(schema.members, at, member{"description", text})
	}
}
