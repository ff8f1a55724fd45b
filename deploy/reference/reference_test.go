package reference_test

import (
	"bytes"
	"flag"
	"os"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/deploy/reference"
	"xinju.dev/services/platform/fault"
)

var update = flag.Bool("update", false, "write the pages")

func TestReasonsPageIsCurrent(t *testing.T) {
	const page = "../../docs/reference/reasons.md"
	var got bytes.Buffer
	if err := reference.Reasons(&got); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(page, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("run with -update: %s", diff)
	}
}

func TestEveryReasonSpeaksChineseAndEnglish(t *testing.T) {
	for _, f := range fault.Declared() {
		han := false
		for _, r := range f.Chinese {
			han = han || unicode.Is(unicode.Han, r)
		}
		if !han || f.Text == "" {
			t.Errorf("%s lacks Chinese or English text", f.Reason)
		}
	}
}
