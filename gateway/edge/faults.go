package edge

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/rpcserver"
)

// What can be wrong with a request before it reaches a service.
var (
	errNoRoute       = fault.New(fault.NotFound, "ROUTE_NOT_FOUND", "there is no such address; see /docs", "没有这个地址，请查看 /docs")
	errMethod        = fault.New(fault.Invalid, "METHOD_NOT_ALLOWED", "this address does not take this HTTP method; see /docs", "该地址不支持此 HTTP 方法，请查看 /docs")
	errJSON          = fault.New(fault.Invalid, "REQUEST_JSON_INVALID", "the request is not valid JSON of the method, or a parameter has the wrong form", "请求不是该方法的合法 JSON，或参数格式不对")
	errUnknownField  = fault.New(fault.Invalid, "REQUEST_FIELD_UNKNOWN", "the request has a field that the method does not know", "请求含有该方法不认识的字段")
	errTooLarge      = fault.New(fault.Exhausted, "REQUEST_TOO_LARGE", "the body is too large; send fewer records at a time", "请求体过大，请减少每次发送的记录数")
	errContentCoding = fault.New(fault.Invalid, "CONTENT_ENCODING_UNSUPPORTED", "send the body without compression", "请不要压缩请求体")
	errDoubled       = fault.New(fault.Invalid, "HEADER_DOUBLED", "send exactly one authorization header", "authorization 头只能出现一次")
	errUploadTarget  = fault.New(fault.Invalid, "UPLOAD_SENDER_MISSING", "name the sender: ?sender=…", "请指明推送方：?sender=…")
)

var unknownField = regexp.MustCompile(`unknown field "([A-Za-z0-9_.\[\]]{1,64})"`)

// handleError writes every error of a call in the one form of the suite.
func handleError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) || strings.Contains(err.Error(), "request body too large") {
		writeFault(w, r, errTooLarge)
		return
	}
	writeStatus(w, cleaned(err))
}

// cleaned hides what the JSON decoder says: it may quote the value it disliked,
// and values are personal data. Statuses with details come from a service and
// are safe as they are.
func cleaned(err error) *status.Status {
	st := status.Convert(err)
	if len(st.Details()) > 0 || st.Code() != codes.InvalidArgument {
		return st
	}
	if m := unknownField.FindStringSubmatch(st.Message()); m != nil {
		return rpcserver.Status(errUnknownField.With("field", m[1]).On(m[1], "unknown"))
	}
	return rpcserver.Status(errJSON)
}

func handleStreamError(_ context.Context, err error) *status.Status { return cleaned(err) }

func handleRoutingError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, code int) {
	switch code {
	case http.StatusMethodNotAllowed:
		writeFault(w, r, errMethod)
	case http.StatusBadRequest:
		writeFault(w, r, errJSON)
	default:
		writeFault(w, r, errNoRoute)
	}
}

func writeFault(w http.ResponseWriter, _ *http.Request, f *fault.Error) {
	st := rpcserver.Status(f)
	if errors.Is(f, errMethod) {
		writeStatusAs(w, st, http.StatusMethodNotAllowed)
		return
	}
	if errors.Is(f, errTooLarge) {
		writeStatusAs(w, st, http.StatusRequestEntityTooLarge)
		return
	}
	writeStatus(w, st)
}

func writeStatus(w http.ResponseWriter, st *status.Status) {
	writeStatusAs(w, st, runtime.HTTPStatusFromCode(st.Code()))
}

func writeStatusAs(w http.ResponseWriter, st *status.Status, code int) {
	body, err := protojson.Marshal(st.Proto())
	if err != nil { // a detail of a type this build does not know
		body, _ = protojson.Marshal(status.New(st.Code(), st.Message()).Proto())
	}
	if code == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n'))
}

// Linked so that details of these types can be written as JSON.
var _ = []any{(*errdetails.ErrorInfo)(nil), (*errdetails.BadRequest)(nil), (*errdetails.LocalizedMessage)(nil)}
