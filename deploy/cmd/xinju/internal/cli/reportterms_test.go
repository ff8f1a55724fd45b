package cli

import (
	"strings"
	"testing"
)

// TestAReportOfBeforeTermsWereKeptSaysSo and names the command that tells what is
// known today.
func TestAReportOfBeforeTermsWereKeptSaysSo(t *testing.T) {
	f := &answering{broken: true}
	code, out, errs := typed(t, Programs{}, "", nil, strings.Fields("report terms 01REPORT --division 990101 --indicator BASE --run "+f.begin(t))...)
	for _, want := range []string{"= 7 ÷ 3", "按今日所知", "xinju open 990101/BASE/2026-06-30"} {
		if code != 0 || !strings.Contains(out+errs, want) {
			t.Errorf("%d %s%s does not say %s", code, out, errs, want)
		}
	}
}
