package reference_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/deploy/reference"
	"xinju.dev/services/platform/fault"
)

var update = flag.Bool("update", false, "write the pages")

func TestPagesAreCurrent(t *testing.T) {
	for page, write := range map[string]func(io.Writer) error{
		"reasons.md":              reference.Reasons,
		"policy-pack.schema.json": reference.PackSchema,
	} {
		t.Run(page, func(t *testing.T) {
			file := "../../docs/reference/" + page
			var got bytes.Buffer
			if err := write(&got); err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("run with -update: %s", diff)
			}
		})
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
