package progress_test

import (
	"strings"
	"testing"

	"xinju.dev/deploy/cmd/xinju/internal/progress"
)

func TestWithoutATerminalAStageSaysWhenItBeginsAndHowItEnds(t *testing.T) {
	var b strings.Builder
	r := progress.New(&b, false)
	s := r.Stage("发送 sending", 10, progress.Bytes)
	s.Set(5, 10)
	s.Set(10, 10)
	s.End()
	r.Stage("处理 applying", 0, progress.Rows).End()
	broken := r.Stage("汇总 following", 0, progress.Rows)
	broken.Set(3, 7)
	broken.End()
	if b.String() != "发送 sending\n发送 sending 完成 done: 10 bytes\n处理 applying\n处理 applying 结束 ended\n"+
		"汇总 following\n汇总 following 止于 ended at 3 / 7 行 rows\n" {
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
