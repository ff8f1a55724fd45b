// Package outcome says how a command ended: the exit code for scripts, the text
// for people. It must not know any command.
package outcome

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"xinju.dev/deploy/client"
	"xinju.dev/services/platform/fault"
)

// Code is the exit code of the command. Codes never change their meaning.
type Code int

// The exit codes.
const (
	OK           Code = 0
	Failed       Code = 1
	BadInput     Code = 2
	Unreachable  Code = 3
	RowsRefused  Code = 4
	NotFound     Code = 5
	Denied       Code = 6
	Precondition Code = 7
	Interrupted  Code = 130
)

// Meaning is one line of the table of exit codes.
type Meaning struct {
	Code             Code
	Chinese, English string
}

// Meanings lists every exit code, for `xinju help exit-codes` and the reference.
var Meanings = []Meaning{
	{OK, "成功；demo、serve 被 Ctrl-C 正常停止也是 0", "done; also when demo or serve was stopped in order by Ctrl-C"},
	{Failed, "失败：服务内部错误、文件无法读写、导入未能完成", "failed: an internal error of a service, a file that cannot be read or written, an import that did not end well"},
	{BadInput, "命令用法不对，或输入有误（包括政策包检查不通过）", "wrong usage or bad input, including a policy pack with problems"},
	{Unreachable, "没有正在运行的新居，或服务连不上、限时内没有答复", "no suite is running, or a service cannot be reached or did not answer in time"},
	{RowsRefused, "导入已完成，但有行被拒收", "the import ended, and some rows were refused"},
	{NotFound, "要找的居民、批次、区划、政策包等不存在", "the resident, batch, division, pack … does not exist"},
	{Denied, "令牌不对或没有权限", "the token is wrong or may not do this"},
	{Precondition, "当前状态不允许：先做别的，或重读后再试；migrate status 发现结构不是最新也是 7", "the present state does not allow it: do something else first, or read again and retry; also when migrate status finds a schema that is not this build's"},
	{Interrupted, "被 Ctrl-C 中断", "interrupted by Ctrl-C"},
}

// Error ends a command with a code that its cause alone would not give.
type Error struct {
	Code             Code
	Chinese, English string
	Hint             string // a command to try; may be empty
	Cause            error  // may be nil
}

func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.English, e.Cause)
	}
	return e.English
}

func (e *Error) Unwrap() error { return e.Cause }

// Usage says that the command was called wrongly.
func Usage(chinese, english string) error {
	return &Error{Code: BadInput, Chinese: chinese, English: english}
}

var byStatus = map[codes.Code]Code{
	codes.Canceled:           Interrupted,
	codes.InvalidArgument:    BadInput,
	codes.OutOfRange:         BadInput,
	codes.NotFound:           NotFound,
	codes.AlreadyExists:      Precondition,
	codes.FailedPrecondition: Precondition,
	codes.Aborted:            Precondition,
	codes.Unavailable:        Unreachable,
	codes.DeadlineExceeded:   Unreachable,
	codes.Unauthenticated:    Denied,
	codes.PermissionDenied:   Denied,
}

var byKind = map[fault.Kind]Code{
	fault.Invalid:      BadInput,
	fault.NotFound:     NotFound,
	fault.Exists:       Precondition,
	fault.Stale:        Precondition,
	fault.Precondition: Precondition,
	fault.Unavailable:  Unreachable,
	fault.Unauthorized: Denied,
	fault.Forbidden:    Denied,
}

// CodeOf returns the exit code of what a command returned.
func CodeOf(err error) Code {
	if err == nil {
		return OK
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	if errors.Is(err, client.ErrNotRunning) {
		return Unreachable
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return orFailed(byKind[f.Kind])
	}
	if s, ok := status.FromError(err); ok {
		return orFailed(byStatus[s.Code()])
	}
	switch {
	case errors.Is(err, context.Canceled):
		return Interrupted
	case errors.Is(err, context.DeadlineExceeded):
		return Unreachable
	}
	return Failed
}

func orFailed(c Code) Code {
	if c == OK {
		return Failed
	}
	return c
}
