package outcome

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"xinju.dev/deploy/client"
	"xinju.dev/services/platform/fault"
)

// Report writes why a command failed, Chinese first, one thing per line.
func Report(w io.Writer, err error) {
	if err == nil {
		return
	}
	var b strings.Builder
	for _, one := range parts(err) {
		report(&b, one)
	}
	_, _ = io.WriteString(w, b.String())
}

// parts takes apart what errors.Join put together.
func parts(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range many.Unwrap() {
			all = append(all, parts(e)...)
		}
		return all
	}
	return []error{err}
}

func report(b *strings.Builder, err error) {
	if e, ok := errors.AsType[*Error](err); ok {
		headline(b, e.Chinese, e.English)
		if e.Cause != nil {
			for _, one := range parts(e.Cause) {
				because(b, one)
			}
		}
		if e.Hint != "" {
			fmt.Fprintf(b, "  试试 try: %s\n", e.Hint)
		}
		return
	}
	detail(b, err)
}

// because writes a cause under its headline.
func because(b *strings.Builder, err error) {
	_, ours := errors.AsType[*fault.Error](err)
	_, theirs := status.FromError(err)
	if ours || theirs {
		detail(b, err)
		return
	}
	fmt.Fprintf(b, "  %s\n", err)
}

func detail(b *strings.Builder, err error) {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		ofFault(b, f)
		return
	}
	if s, ok := status.FromError(err); ok {
		ofStatus(b, s)
		return
	}
	if errors.Is(err, client.ErrNotRunning) {
		fmt.Fprintf(b, "错误 error: %s\n", client.ErrNotRunning)
		return
	}
	fmt.Fprintf(b, "错误 error: %s\n", err)
}

func headline(b *strings.Builder, chinese, english string) {
	if chinese == "" {
		fmt.Fprintf(b, "错误 error: %s\n", english)
		return
	}
	fmt.Fprintf(b, "错误：%s（%s）\n", chinese, english)
}

func ofFault(b *strings.Builder, f *fault.Error) {
	headline(b, f.Chinese, f.Text)
	if cause := errors.Unwrap(error(f)); cause != nil {
		fmt.Fprintf(b, "  %s\n", cause)
	}
	reason(b, f.Reason, f.Meta)
	for _, field := range f.Fields {
		fmt.Fprintf(b, "  字段 field %s: %s\n", field.Path, field.Reason)
	}
}

// plainTexts are for answers without a text of their own.
var plainTexts = map[codes.Code][2]string{
	codes.Unavailable:      {"服务连不上，新居可能已停止", "the service cannot be reached; the suite may have stopped"},
	codes.DeadlineExceeded: {"限时内没有答复", "no answer in time"},
	codes.Canceled:         {"已中断", "interrupted"},
	codes.Internal:         {"服务内部错误", "internal error of the service"},
	codes.Unimplemented:    {"服务没有这个方法，版本可能不一致", "the service has no such method; it may be of another version"},
}

func ofStatus(b *strings.Builder, s *status.Status) {
	chinese, english := "", s.Message()
	if t, ok := plainTexts[s.Code()]; ok {
		chinese, english = t[0], t[1]
	}
	var info *errdetails.ErrorInfo
	var lines []string
	for _, d := range s.Details() {
		switch d := d.(type) {
		case *errdetails.LocalizedMessage:
			if strings.HasPrefix(d.GetLocale(), "zh") {
				chinese = d.GetMessage()
			} else {
				english = d.GetMessage()
			}
		case *errdetails.ErrorInfo:
			info = d
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				lines = append(lines, fmt.Sprintf("  字段 field %s: %s\n", v.GetField(), v.GetDescription()))
			}
		case *errdetails.RequestInfo:
			lines = append(lines, fmt.Sprintf("  请求编号 request: %s（日志中有详情 the log has more）\n", d.GetRequestId()))
		}
	}
	headline(b, chinese, english)
	if info != nil {
		reason(b, info.GetReason(), info.GetMetadata())
	}
	b.WriteString(strings.Join(lines, ""))
}

func reason(b *strings.Builder, code string, meta map[string]string) {
	if code == "" {
		return
	}
	fmt.Fprintf(b, "  原因 reason: %s\n", code)
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		fmt.Fprintf(b, "  %s: %s\n", key, meta[key])
	}
}
