package edge

import (
	"context"
	"errors"
	"net/http"
	"regexp"

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
	errUnknownField  = fault.New(fault.Invalid, "REQUEST_FIELD_UNKNOWN", "the request has a field or parameter that the method does not take there", "请求含有该方法在此处不接受的字段或参数")
	errQuery         = fault.New(fault.Invalid, "REQUEST_QUERY_REFUSED", "this method takes everything in its body and nothing in the query", "该方法的全部内容应放在请求体中，网址中不得带参数")
	errRepeated      = fault.New(fault.Invalid, "REQUEST_VALUE_REPEATED", "a parameter or header is given more than once", "参数或请求头重复")
	errTwice         = fault.New(fault.Invalid, "REQUEST_VALUE_CONTRADICTORY", "a header and the body say different things", "请求头与请求体的内容不一致")
	errTooLarge      = fault.New(fault.Exhausted, "REQUEST_TOO_LARGE", "the body is too large; send fewer records at a time", "请求体过大，请减少每次发送的记录数")
	errCut           = fault.New(fault.Invalid, "REQUEST_BODY_INCOMPLETE", "the body broke off or took too long to arrive", "请求体不完整或传输超时")
	errNoBody        = fault.New(fault.Invalid, "REQUEST_BODY_REFUSED", "this method takes no body", "该方法不接受请求体")
	errContentType   = fault.New(fault.Invalid, "CONTENT_TYPE_UNSUPPORTED", "send JSON as application/json in UTF-8, feed files as text/csv", "请求体应为 application/json（UTF-8），数据文件应为 text/csv")
	errContentCoding = fault.New(fault.Invalid, "CONTENT_ENCODING_UNSUPPORTED", "send the body without compression", "请不要压缩请求体")
	errDoubled       = fault.New(fault.Invalid, "HEADER_DOUBLED", "send exactly one authorization header", "authorization 头只能出现一次")
	errKey           = fault.New(fault.Invalid, "IDEMPOTENCY_KEY_INVALID", "an Idempotency-Key has at most 64 visible ASCII characters", "Idempotency-Key 须为不超过 64 个可见 ASCII 字符")
	errMatch         = fault.New(fault.Invalid, "IF_MATCH_INVALID", "If-Match holds exactly one etag as it was read", "If-Match 须为读取时得到的一个 etag")
	errNoMatch       = fault.New(fault.Invalid, "IF_MATCH_REFUSED", "this method has no etag to compare, so If-Match would not protect anything", "该方法没有 etag，If-Match 不起作用")
	errNoChange      = fault.New(fault.Invalid, "UPDATE_EMPTY", "the update names no field that may be changed", "修改请求中没有可修改的字段")
	errUploadTarget  = fault.New(fault.Invalid, "UPLOAD_SENDER_MISSING", "name the sender: ?sender=…", "请指明推送方：?sender=…")
	errBusy          = fault.New(fault.Unavailable, "GATEWAY_BUSY", "too many calls at once, try again in a moment", "当前请求过多，请稍后重试")
	errAway          = fault.New(fault.Unavailable, "SERVICE_UNAVAILABLE", "a service needed for this call does not answer, try again in a moment", "所需服务暂时不可用，请稍后重试")
	errLate          = fault.New(fault.Unavailable, "SERVICE_TIMEOUT", "the call took too long", "请求处理超时")
	errLeft          = fault.New(fault.Unavailable, "CALL_CANCELLED", "the call was cancelled", "请求已取消")
	errStopping      = fault.New(fault.Unavailable, "GATEWAY_STOPPING", "the gateway is stopping, connect again", "网关正在停止，请重新连接")
	errTooMuch       = fault.New(fault.Exhausted, "CALL_TOO_LARGE", "the call or its answer is too large; ask for less at a time", "请求或结果过大，请减少每次的数量")
)

// httpStatus are the answers whose HTTP status says more than the gRPC code can.
var httpStatus = map[string]int{
	errMethod.Reason:      http.StatusMethodNotAllowed,
	errTooLarge.Reason:    http.StatusRequestEntityTooLarge,
	errContentType.Reason: http.StatusUnsupportedMediaType,
	errLate.Reason:        http.StatusGatewayTimeout,
}

// handleError writes every error of a call in the one form of the suite.
func handleError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	writeError(w, err)
}

func handleStreamError(_ context.Context, err error) *status.Status { return cleaned(err) }

var (
	unknownField = regexp.MustCompile(`\(line \d+:\d+\): unknown field "([^"\\]{1,64})"$`)
	wrongField   = regexp.MustCompile(`parsing (?:field|list) "([a-z_]{1,64})": `)
)

// cleaned hides what libraries say: a decoder may quote the value it disliked,
// and values are personal data; a connection tells addresses. Statuses that name
// a reason come from a service, or from here, and are safe as they are.
func cleaned(err error) *status.Status {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return rpcserver.Status(f)
	}
	st := status.Convert(err)
	if hasReason(st) {
		return st
	}
	switch st.Code() {
	case codes.InvalidArgument:
		if m := unknownField.FindStringSubmatch(st.Message()); m != nil {
			return rpcserver.Status(unknown(m[1]))
		}
		if m := wrongField.FindStringSubmatch(st.Message()); m != nil {
			return rpcserver.Status(errJSON.On(m[1], "form"))
		}
		return rpcserver.Status(errJSON)
	case codes.Unavailable:
		return rpcserver.Status(errAway)
	case codes.DeadlineExceeded:
		return coded(codes.DeadlineExceeded, errLate)
	case codes.Canceled:
		return coded(codes.Canceled, errLeft)
	case codes.ResourceExhausted:
		return rpcserver.Status(errTooMuch)
	}
	return bare(st)
}

// hasReason tells statuses of the suite from those of libraries.
func hasReason(st *status.Status) bool {
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.GetDomain() == rpcserver.Domain {
			return true
		}
	}
	return false
}

// coded is f with a code that no kind of fault has.
func coded(code codes.Code, f *fault.Error) *status.Status {
	p := rpcserver.Status(f).Proto()
	p.Code = int32(code)
	return status.FromProto(p)
}

// bare keeps the code and the id under which the log has more, and no text.
func bare(st *status.Status) *status.Status {
	text := "internal error"
	if st.Code() != codes.Internal && st.Code() != codes.Unknown {
		text = st.Code().String()
	}
	out := status.New(st.Code(), text)
	for _, d := range st.Details() {
		if id, ok := d.(*errdetails.RequestInfo); ok {
			if with, err := out.WithDetails(id); err == nil {
				out = with
			}
		}
	}
	return out
}

func writeFault(w http.ResponseWriter, f *fault.Error) { writeStatus(w, rpcserver.Status(f)) }

func writeError(w http.ResponseWriter, err error) { writeStatus(w, cleaned(err)) }

func writeStatus(w http.ResponseWriter, st *status.Status) {
	code := runtime.HTTPStatusFromCode(st.Code())
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && httpStatus[info.GetReason()] != 0 {
			code = httpStatus[info.GetReason()]
		}
	}
	body, err := protojson.Marshal(st.Proto())
	if err != nil { // a detail of a type this build does not know
		body, _ = protojson.Marshal(status.New(st.Code(), st.Message()).Proto())
	}
	h := w.Header()
	switch code {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	}
	h.Del("Transfer-Encoding") // the library sets it for streams
	h.Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n'))
}
