package obs

import (
	"fmt"
	"strings"

	"xinju.dev/services/platform/fault"

	"go.uber.org/zap"
	"google.golang.org/grpc/status"
)

// SafeTexter is an error that can say something about itself which holds no data
// of a person, for example the number of a database driver's error.
type SafeTexter interface{ SafeText() string }

// Cause is the log field for an error. Never use zap.Error: the text of an error
// may quote the value that caused it (MySQL's duplicate-key message does).
func Cause(err error) zap.Field {
	if err == nil {
		return zap.Skip()
	}
	return zap.String("cause", Describe(err))
}

// Describe names the dynamic types of err and what it wraps, outermost first,
// with the reason of faults, the code of gRPC statuses and the text of errors
// that declare theirs safe: `*fmt.wrapError > *fault.Error RECORD_CHANGED`.
func Describe(err error) string {
	var b strings.Builder
	describe(&b, err, 0)
	return b.String()
}

// maxDepth ends the walk of an error that wraps itself.
const maxDepth = 16

func describe(b *strings.Builder, err error, depth int) {
	if err == nil || depth == maxDepth {
		return
	}
	if depth > 0 {
		b.WriteString(" > ")
	}
	fmt.Fprintf(b, "%T", err)
	switch e := err.(type) {
	case *fault.Error:
		b.WriteString(" " + e.Reason)
	case SafeTexter:
		b.WriteString(" (" + e.SafeText() + ")")
	case interface{ GRPCStatus() *status.Status }:
		b.WriteString(" " + e.GRPCStatus().Code().String())
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		describe(b, e.Unwrap(), depth+1)
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			describe(b, part, depth+1)
		}
	}
}
