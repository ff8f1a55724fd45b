package progress_test

import (
	"strings"
	"testing"

	"xinju.dev/deploy/cmd/xinju/internal/progress"
)

func TestWithoutATerminalAStageIsOneLine(t *testing.T) {
	var b strings.Builder
	r := progress.New(&b, false)
	s := r.Stage("发送 sending", 10, progress.Bytes)
	s.Set(5, 10)
	s.Set(10, 10)
	s.End()
	r.Stage("处理 applying", 0, progress.Rows).End()
	if b.String() != "发送 sending\n处理 applying\n" {
		t.Errorf("%q", b.String())
	}
}

func TestOnATerminalABarIsDrawn(t *testing.T) {
	var b strings.Builder
	s := progress.New(&b, true).Stage("处理 applying", 0, progress.Rows)
	s.Set(10, 40)
	s.Set(40, 40)
	s.End()
	if !strings.HasSuffix(b.String(), "\n") || !strings.Contains(b.String(), "100%") || !strings.Contains(b.String(), "处理 applying") || !strings.Contains(b.String(), "\r") {
		t.Errorf("%q", b.String())
	}
}

func TestWhatDidNotGetToItsEndIsNotShownAsDone(t *testing.T) {
	var b strings.Builder
	s := progress.New(&b, true).Stage("发送 sending", 100, progress.Bytes)
	s.Set(30, 100)
	s.End()
	if strings.Contains(b.String(), "100%") {
		t.Errorf("%q", b.String())
	}
}
