package outcome_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/config"
	"xinju.dev/services/platform/migrate"
)

func wire(t *testing.T, code codes.Code, text string, details ...protoadapt.MessageV1) error {
	t.Helper()
	s, err := status.New(code, text).WithDetails(details...)
	if err != nil {
		t.Fatal(err)
	}
	return s.Err()
}

func TestEveryWayToEndHasItsExitCode(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want outcome.Code
	}{
		{"nothing went wrong", nil, 0},
		{"a plain error", errors.New("x"), 1},
		{"an internal error", status.Error(codes.Internal, "x"), 1},
		{"a resource that is exhausted", status.Error(codes.ResourceExhausted, "x"), 1},
		{"a request that is invalid", status.Error(codes.InvalidArgument, "x"), 2},
		{"wrong usage", outcome.Usage("用法", "usage"), 2},
		{"a setting that does not exist", config.ErrUnknownKey, 2},
		{"no run file", fmt.Errorf("read: %w", client.ErrNotRunning), 3},
		{"a server that is gone", status.Error(codes.Unavailable, "x"), 3},
		{"no answer in time", status.Error(codes.DeadlineExceeded, "x"), 3},
		{"rows refused", &outcome.Error{Code: outcome.RowsRefused}, 4},
		{"a wrapped answer that nothing was found", fmt.Errorf("get: %w", status.Error(codes.NotFound, "x")), 5},
		{"a token that is wrong", status.Error(codes.Unauthenticated, "x"), 6},
		{"a caller who may not", status.Error(codes.PermissionDenied, "x"), 6},
		{"a schema of another build", migrate.ErrSchema, 7},
		{"an etag that is stale", status.Error(codes.Aborted, "x"), 7},
		{"a call that was cancelled", status.Error(codes.Canceled, "x"), 130},
		{"a context that was cancelled", context.Canceled, 130},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := outcome.CodeOf(c.err); got != c.want {
				t.Errorf("exit code %d, want %d", got, c.want)
			}
		})
	}
}

func TestEveryCodeHasOneMeaningInBothLanguages(t *testing.T) {
	seen := map[outcome.Code]bool{}
	for _, m := range outcome.Meanings {
		if seen[m.Code] || m.Chinese == "" || m.English == "" {
			t.Errorf("code %d: said twice or not in both languages", m.Code)
		}
		seen[m.Code] = true
	}
	for _, c := range []outcome.Code{outcome.OK, outcome.Failed, outcome.BadInput, outcome.Unreachable, outcome.RowsRefused, outcome.NotFound, outcome.Denied, outcome.Precondition, outcome.Interrupted} {
		if !seen[c] {
			t.Errorf("code %d is not explained", c)
		}
	}
}

func TestErrorsAreReportedChineseFirst(t *testing.T) {
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"an answer with everything", wire(t, codes.InvalidArgument, "x",
			&errdetails.ErrorInfo{Reason: "DATE_INVALID", Metadata: map[string]string{"b": "2", "a": "1"}},
			&errdetails.LocalizedMessage{Locale: "zh-CN", Message: "日期无效"},
			&errdetails.LocalizedMessage{Locale: "en", Message: "not a date"},
			&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "as_of_date", Description: "no such day"}}},
		), "错误：日期无效（not a date）\n  原因 reason: DATE_INVALID\n  a: 1\n  b: 2\n  字段 field as_of_date: no such day\n"},
		{
			"an internal error with the id of the log", wire(t, codes.Internal, "internal error", &errdetails.RequestInfo{RequestId: "01J"}),
			"错误：服务内部错误（internal error of the service）\n  请求编号 request: 01J（日志中有详情 the log has more）\n",
		},
		{
			"a server that is gone does not show its address", status.Error(codes.Unavailable, "dial tcp 127.0.0.1:9101"),
			"错误：服务连不上，新居可能已停止（the service cannot be reached; the suite may have stopped）\n",
		},
		{"what this program says itself, with a hint", &outcome.Error{Code: 1, Chinese: "不行", English: "no", Hint: "xinju help"}, "错误：不行（no）\n  试试 try: xinju help\n"},
		{
			"a cause under its headline", &outcome.Error{Code: 2, Chinese: "无法读取文件", English: "the file cannot be read", Cause: errors.New("no such file")},
			"错误：无法读取文件（the file cannot be read）\n  no such file\n",
		},
		{
			"several at once", errors.Join(config.ErrUnknownKey.With("key", "x").Because(errors.New("x (environment)")), errors.New("y")),
			"错误：没有这个配置项（there is no such setting）\n  x (environment)\n  原因 reason: CONFIG_KEY_UNKNOWN\n  key: x\n错误 error: y\n",
		},
		{"no suite", client.ErrNotRunning, "错误 error: " + client.ErrNotRunning.Error() + "\n"},
		{"nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			outcome.Report(&b, c.err)
			if diff := cmp.Diff(c.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
