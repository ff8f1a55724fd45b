package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// lint returns what is wrong with an OpenAPI document, sorted: structure,
// references and path parameters by the library, and what we promise readers
// beyond that.
func lint(text []byte) []string {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return []string{err.Error()}
	}
	if err := doc.Validate(context.Background()); err != nil {
		return []string{err.Error()}
	}
	var problems []string
	say := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if doc.Info == nil || doc.Info.Description == "" {
		say("the document has no description")
	}
	if len(doc.Security) == 0 {
		say("the document asks for no credentials")
	}
	ids := map[string]string{}
	for path, item := range doc.Paths.Map() {
		for verb, op := range item.Operations() {
			where := verb + " " + path
			lintOperation(where, op, say)
			if other, twice := ids[op.OperationID]; twice {
				say("%s: operation id %s is that of %s too", where, op.OperationID, other)
			}
			ids[op.OperationID] = where
		}
	}
	for name, schema := range doc.Components.Schemas {
		if schema.Value != nil && schema.Value.Description == "" {
			say("schema %s has no description", name)
		}
	}
	slices.Sort(problems)
	return problems
}

func lintOperation(where string, op *openapi3.Operation, say func(string, ...any)) {
	if op.OperationID == "" {
		say("%s: no operation id", where)
	}
	if op.Summary == "" && op.Description == "" {
		say("%s: neither summary nor description", where)
	}
	if len(op.Tags) == 0 {
		say("%s: no tag", where)
	}
	for _, p := range op.Parameters {
		if p.Value == nil || p.Value.Schema == nil {
			say("%s: a parameter has no schema", where)
		} else if p.Value.In == "query" && strings.Contains(p.Value.Name, ".") {
			say("%s: the gateway takes no parameter %s", where, p.Value.Name)
		}
	}
}
