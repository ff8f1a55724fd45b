package rpcserver_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/rpcserver"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	pb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
)

// canary stands for a person's data in the text of an error.
const canary = "CANARY-1f7a"

var faults = map[codes.Code]*fault.Error{
	codes.InvalidArgument:    fault.New(fault.Invalid, "TEST_INVALID", "bad", "不对"),
	codes.NotFound:           fault.New(fault.NotFound, "TEST_NOT_FOUND", "none", "没有"),
	codes.AlreadyExists:      fault.New(fault.Exists, "TEST_EXISTS", "there", "已有"),
	codes.Aborted:            fault.New(fault.Stale, "TEST_STALE", "changed", "已变"),
	codes.FailedPrecondition: fault.New(fault.Precondition, "TEST_PRECONDITION", "first", "先做"),
	codes.Unavailable:        fault.New(fault.Unavailable, "TEST_UNAVAILABLE", "later", "稍后"),
	codes.Unauthenticated:    fault.New(fault.Unauthorized, "TEST_UNAUTHORIZED", "who", "是谁"),
	codes.PermissionDenied:   fault.New(fault.Forbidden, "TEST_FORBIDDEN", "no", "不可"),
	codes.ResourceExhausted:  fault.New(fault.Exhausted, "TEST_EXHAUSTED", "much", "太多"),
}

func TestEveryKindOfFaultHasItsCodeAndCarriesReasonAndBothLanguages(t *testing.T) {
	eachKind(t, func(t *testing.T, _ string, call func(context.Context, pb.TestServiceClient) error) {
		for code, f := range faults {
			t.Run(code.String(), func(t *testing.T) {
				w := begin(t, func(context.Context) error {
					return fmt.Errorf("handle: %w", f.With("limit", "500").On("doses[3].dose_date", "missing").Because(errors.New(canary)))
				}, nil)
				st := status.Convert(call(withHeader(t.Context(), "Bearer "+token), w.plain(t)))
				if st.Code() != code || st.Message() != f.Text {
					t.Errorf("got %v %q, want %v %q", st.Code(), st.Message(), code, f.Text)
				}
				want := []any{
					&errdetails.ErrorInfo{Reason: f.Reason, Domain: rpcserver.Domain, Metadata: map[string]string{"limit": "500"}},
					&errdetails.LocalizedMessage{Locale: "zh-CN", Message: f.Chinese},
					&errdetails.LocalizedMessage{Locale: "en", Message: f.Text},
					&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "doses[3].dose_date", Description: "missing"}}},
				}
				if diff := cmp.Diff(want, st.Details(), protocmp.Transform()); diff != "" {
					t.Errorf("details (-want +got):\n%s", diff)
				}
				if lines := w.audited(); len(lines) == 0 || lines[0].Reason != f.Reason || lines[0].Code != code.String() {
					t.Errorf("audit lines %+v", lines)
				}
				mustHide(t, w, st)
			})
		}
	})
}

func TestWhatIsNotAFaultIsAnInternalErrorAndItsTextStaysBehind(t *testing.T) {
	causes := map[string]func() error{
		"a plain error":                  func() error { return errors.New(canary) },
		"a wrapped error":                func() error { return fmt.Errorf("write %s: %w", canary, errors.New(canary)) },
		"joined errors":                  func() error { return errors.Join(errors.New(canary), errors.New(canary)) },
		"a status from another server":   func() error { return status.Error(codes.NotFound, canary) },
		"a panic with a string":          func() error { panic(canary) },
		"a panic with an error":          func() error { panic(errors.New(canary)) },
		"a panic with a fault":           func() error { panic(faults[codes.NotFound].Because(errors.New(canary))) },
		"a panic with a context's error": func() error { panic(fmt.Errorf("%s: %w", canary, context.Canceled)) },
		"a panic of the runtime":         func() error { return errors.New(strings.Fields(canary)[len(canary)]) },
		"a fault of no known kind":       func() error { return (&fault.Error{Kind: 99, Reason: "ODD", Text: canary}) },
	}
	eachKind(t, func(t *testing.T, _ string, call func(context.Context, pb.TestServiceClient) error) {
		for name, cause := range causes {
			t.Run(name, func(t *testing.T) {
				w := begin(t, func(context.Context) error { return cause() }, nil)
				st := status.Convert(call(t.Context(), w.client))
				if st.Code() != codes.Internal || st.Message() != "internal error" {
					t.Errorf("got %v %q", st.Code(), st.Message())
				}
				if !strings.Contains(w.log.String(), `"level":"error"`) {
					t.Errorf("nothing logged: %s", w.log)
				}
				if strings.HasPrefix(name, "a panic") != strings.Contains(w.log.String(), `"stack"`) {
					t.Errorf("stack for panics only: %s", w.log)
				}
				mustHide(t, w, st)
			})
		}
	})
}

func mustHide(t *testing.T, w *world, st *status.Status) {
	t.Helper()
	if strings.Contains(st.Proto().String(), canary) {
		t.Errorf("the cause's text is on the wire: %v", st.Proto())
	}
	if strings.Contains(w.log.String(), canary) {
		t.Errorf("the cause's text is in the log: %s", w.log)
	}
	if lines := fmt.Sprint(w.audited()); strings.Contains(lines, canary) {
		t.Errorf("the cause's text is in the audit lines: %s", lines)
	}
}

// driverError speaks of itself by its number only.
type driverError struct{}

func (driverError) Error() string    { return "Duplicate entry '" + canary + "'" }
func (driverError) SafeText() string { return "mysql 1062" }

func TestTheLogHasTypesAndWhatAnErrorDeclaresSafe(t *testing.T) {
	w := begin(t, func(context.Context) error { return fmt.Errorf("insert: %w", driverError{}) }, nil)
	w.client.UnaryCall(t.Context(), &pb.SimpleRequest{})
	if want := `*fmt.wrapError > rpcserver_test.driverError (mysql 1062)`; !strings.Contains(w.log.String(), want) {
		t.Errorf("log has no %q: %s", want, w.log)
	}
}

func TestAnEndedContextIsSaidWhateverTheDriverCallsIt(t *testing.T) {
	eachKind(t, func(t *testing.T, _ string, call func(context.Context, pb.TestServiceClient) error) {
		for name, late := range map[string]func(context.Context) error{
			"the context's error":          func(ctx context.Context) error { return fmt.Errorf("query: %w", ctx.Err()) },
			"an error of the driver's own": func(context.Context) error { return errors.New("interrupted (9)") },
		} {
			t.Run(name, func(t *testing.T) {
				w := begin(t, func(ctx context.Context) error { <-ctx.Done(); return late(ctx) }, nil)
				ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
				defer cancel()
				if got := status.Code(call(ctx, w.client)); got != codes.DeadlineExceeded {
					t.Errorf("code %v", got)
				}
			})
		}
	})
}

func TestAnotherServersAbsenceIsPassedOnWithoutItsText(t *testing.T) {
	for _, code := range []codes.Code{codes.Unavailable, codes.DeadlineExceeded, codes.Unimplemented} {
		w := begin(t, func(context.Context) error { return fmt.Errorf("ask registry: %w", status.Error(code, canary)) }, nil)
		st := status.Convert(kinds[1].call(withHeader(t.Context(), "Bearer "+token), w.plain(t)))
		if st.Code() != code {
			t.Errorf("got %v, want %v", st.Code(), code)
		}
		mustHide(t, w, st)
	}
}
