package rpcserver

import (
	"context"
	"errors"
	"strings"

	"xinju.dev/services/platform/crash"
	"xinju.dev/services/platform/fault"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
)

// Domain scopes every reason; clients key on (Domain, reason), never on text.
const Domain = "xinju.dev"

// maxViolations bounds what a refusal lists: statuses travel in headers.
const maxViolations = 50

var errNoMethod = status.Error(codes.Unimplemented, "no such method")

var codeOf = map[fault.Kind]codes.Code{
	fault.Invalid:      codes.InvalidArgument,
	fault.NotFound:     codes.NotFound,
	fault.Exists:       codes.AlreadyExists,
	fault.Stale:        codes.Aborted,
	fault.Precondition: codes.FailedPrecondition,
	fault.Unavailable:  codes.Unavailable,
	fault.Unauthorized: codes.Unauthenticated,
	fault.Forbidden:    codes.PermissionDenied,
	fault.Exhausted:    codes.ResourceExhausted,
}

// passOn are the codes of another server's answer that stay true for our caller.
var passOn = map[codes.Code]string{
	codes.Canceled:         "the call was cancelled",
	codes.DeadlineExceeded: "the deadline passed before the call ended",
	codes.Unavailable:      "a service needed for this call is not available, try again",
	codes.Unimplemented:    "no such method",
}

// forWire returns the status to send, and the reason when cause is a fault.
// Texts of errors that are not faults stay behind.
func forWire(ctx context.Context, c *call, cause error) (answer error, reason string) {
	if f, ok := errors.AsType[*fault.Error](cause); ok {
		if st := statusOf(f); status.Code(st) != codes.Internal {
			return st, f.Reason
		}
		return internal(c), ""
	}
	if isBuiltIn(c.method) && !isCrash(cause) {
		if st, ok := status.FromError(cause); ok {
			return st.Err(), "" // health and reflection speak for themselves
		}
	}
	// A cancelled query fails with whatever its driver says, so the context is asked.
	if code, ended := ending(ctx, cause); ended {
		if code == codes.Canceled && errors.Is(context.Cause(ctx), errStopping) {
			return statusOf(errStopping), errStopping.Reason
		}
		return status.Error(code, passOn[code]), ""
	}
	if st, ok := status.FromError(cause); ok {
		if text, ok := passOn[st.Code()]; ok {
			return status.Error(st.Code(), text), ""
		}
	}
	return internal(c), ""
}

// isBuiltIn tells gRPC's own services from ours.
func isBuiltIn(method string) bool {
	return strings.HasPrefix(method, "/grpc.health.") || strings.HasPrefix(method, "/grpc.reflection.")
}

// ending says whether the call failed because its time was over or its caller left.
func ending(ctx context.Context, cause error) (codes.Code, bool) {
	if isCrash(cause) {
		return codes.Internal, false
	}
	switch {
	case errors.Is(cause, context.DeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return codes.DeadlineExceeded, true
	case errors.Is(cause, context.Canceled), ctx.Err() != nil:
		return codes.Canceled, true
	}
	return codes.Internal, false
}

// internal tells the caller nothing but the id under which the log has more.
func internal(c *call) error {
	return withDetails(status.New(codes.Internal, "internal error"), &errdetails.RequestInfo{RequestId: c.requestID})
}

// statusOf leaves the cause behind on purpose.
func statusOf(f *fault.Error) error {
	code, ok := codeOf[f.Kind]
	if !ok {
		return status.Error(codes.Internal, "internal error")
	}
	details := []protoadapt.MessageV1{
		&errdetails.ErrorInfo{Reason: f.Reason, Domain: Domain, Metadata: f.Meta},
		&errdetails.LocalizedMessage{Locale: "zh-CN", Message: f.Chinese},
		&errdetails.LocalizedMessage{Locale: "en", Message: f.Text},
	}
	if len(f.Fields) > 0 {
		bad := &errdetails.BadRequest{}
		for _, field := range f.Fields[:min(len(f.Fields), maxViolations)] {
			bad.FieldViolations = append(bad.FieldViolations,
				&errdetails.BadRequest_FieldViolation{Field: field.Path, Description: field.Reason})
		}
		details = append(details, bad)
	}
	return withDetails(status.New(code, f.Text), details...)
}

func withDetails(st *status.Status, details ...protoadapt.MessageV1) error {
	if full, err := st.WithDetails(details...); err == nil {
		return full.Err()
	}
	return st.Err() // a detail that cannot be encoded (a reason that is not UTF-8): the code still stands
}

func crashOf(err error) (*crash.Error, bool) { return errors.AsType[*crash.Error](err) }

func isCrash(err error) bool { _, ok := crashOf(err); return ok }
