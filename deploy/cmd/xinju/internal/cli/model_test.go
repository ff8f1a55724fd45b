package cli

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/settings"
	"xinju.dev/services/platform/config"
)

var update = flag.Bool("update", false, "write the golden files and the reference page")

// typed runs a command line with programs that do nothing.
func typed(t *testing.T, p Programs, in string, env []string, args ...string) (code outcome.Code, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Run(context.Background(), args, Streams{In: bytes.NewBufferString(in), Out: &o, Err: &e, Env: env}, p)
	return code, o.String(), e.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v; run with -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not current, run with -update:\n%s", name, diff)
	}
}

func TestHelpReadsAsItDid(t *testing.T) {
	t.Setenv("COLUMNS", "100")
	for name, args := range map[string][]string{
		"xinju":         {},
		"coverage-show": {"coverage", "show", "--help"},
		"feed":          {"help", "feed"},
		"exit-codes":    {"help", "exit-codes"},
	} {
		code, out, errs := typed(t, Programs{}, "", nil, args...)
		if code != 0 || errs != "" {
			t.Errorf("%s: code %d, %s", name, code, errs)
		}
		golden(t, "testdata/help-"+name+".txt", out)
	}
}

func TestTheReferencePageIsCurrent(t *testing.T) {
	var got bytes.Buffer
	if err := Reference(&got); err != nil {
		t.Fatal(err)
	}
	golden(t, "../../../../../docs/reference/cli.md", got.String())
}

func TestEveryCommandAndFlagIsExplainedInBothLanguages(t *testing.T) {
	parser, err := newParser(&bytes.Buffer{}, &bytes.Buffer{}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	check := func(what, help string) {
		han, latin := false, false
		for _, r := range help {
			han = han || unicode.Is(unicode.Han, r)
			latin = latin || unicode.Is(unicode.Latin, r)
		}
		if !han || !latin {
			t.Errorf("%s: %q", what, help)
		}
	}
	for _, n := range parser.Model.Leaves(false) {
		check(n.FullPath(), n.Help)
		for _, f := range n.Flags {
			check(n.FullPath()+" --"+f.Name, f.Help)
		}
		for _, p := range n.Positional {
			check(n.FullPath()+" "+p.Name, p.Help)
		}
	}
}

func TestFlagsOfServeAreItsSettings(t *testing.T) {
	keys, err := config.Keys(&settings.Serve{})
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"token": true} // a secret is no flag
	for key := range allServed().flags() {
		known[key] = true
	}
	for _, k := range keys {
		if !known[k.Name] {
			t.Errorf("the setting %s has no flag", k.Name)
		}
		delete(known, k.Name)
	}
	if len(known) > 0 {
		t.Errorf("flags that are no settings: %v", known)
	}
}

func allServed() served {
	text, port, on := "x", 1, day(1)
	return served{Data: &text, HTTP: &text, Debug: &text, GRPCPort: &port, Today: &on, Origins: &text, RunFile: &text, WebhookPrivate: &text, WebhookGiveUp: &text, LogLevel: &text, LogFile: &text}
}
