// Package reference writes the reference pages that would drift if people did:
// the table of every reason that the suite gives, the schema of policy packs.
package reference

import (
	"fmt"
	"io"
	"strings"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/fault"

	// Linked, so that their reasons are declared.
	_ "xinju.dev/deploy/suite"
)

var kinds = map[fault.Kind]string{
	fault.Invalid:      "INVALID_ARGUMENT",
	fault.NotFound:     "NOT_FOUND",
	fault.Exists:       "ALREADY_EXISTS",
	fault.Stale:        "ABORTED",
	fault.Precondition: "FAILED_PRECONDITION",
	fault.Unavailable:  "UNAVAILABLE",
	fault.Unauthorized: "UNAUTHENTICATED",
	fault.Forbidden:    "PERMISSION_DENIED",
	fault.Exhausted:    "RESOURCE_EXHAUSTED",
}

// Reasons writes the table of reasons as Markdown, in the order of their codes.
func Reasons(w io.Writer) error {
	var b strings.Builder
	b.WriteString("# 原因代码 Reasons\n\n")
	b.WriteString("Every refusal carries one of these in `google.rpc.ErrorInfo` (domain `xinju.dev`) or in the outcome of a feed row. ")
	b.WriteString("The code is stable; the texts are for people. This page is generated: `go test ./deploy/reference -update`.\n\n")
	b.WriteString("| reason | gRPC code | 说明 | meaning |\n|---|---|---|---|\n")
	for _, f := range fault.Declared() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.Reason, kinds[f.Kind], cell(f.Chinese), cell(f.Text))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// PackSchema writes the JSON Schema of policy packs.
func PackSchema(w io.Writer) error {
	text, err := aggregator.PackSchema()
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
