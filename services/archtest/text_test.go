package archtest

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// machine matches paths of one developer's machine. They are put together from
// parts, so that this file does not hold what it looks for.
var machine = regexp.MustCompile(`(?:^|[^\w./-])(` + strings.Join([]string{
	"/" + "work/(main|shared)", "/" + "root/", "/" + "home/[a-z]", "/" + "Users/", "/" + `tmp/(brief|setup|bash)`, `[A-Z]:\\` + `Users`,
}, "|") + `)`)

// unfinished matches marks of work left for later.
var unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)

// written are the kinds of files that people write.
var written = map[string]bool{
	".go": true, ".md": true, ".proto": true, ".sql": true, ".sh": true, ".yaml": true, ".yml": true, ".json": true,
	".mod": true, ".html": true, ".js": true, ".css": true, ".txt": true, "": true,
}

func TestNoFileNamesSomebodysMachine(t *testing.T) {
	walk(t, func(path string, text []byte) {
		if !isText(path, text) {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			if m := machine.FindString(line); m != "" {
				t.Errorf("%s:%d: %s is a path of one machine", path, i+1, strings.TrimSpace(m))
			}
		}
	})
}

func TestNothingIsLeftForLater(t *testing.T) {
	walk(t, func(path string, text []byte) {
		if ext := filepath.Ext(path); !isText(path, text) || ext == ".md" || strings.HasPrefix(path, "api/gen/") {
			return
		}
		for i, line := range strings.Split(string(text), "\n") {
			// context's function of that name has a rule of its own.
			if m := unfinished.FindString(strings.ReplaceAll(line, "context.TO"+"DO", "")); m != "" && !strings.HasPrefix(path, "services/archtest/") {
				t.Errorf("%s:%d: %s: finish it or write it down as an issue", path, i+1, m)
			}
		}
	})
}

func isText(path string, text []byte) bool {
	return written[filepath.Ext(path)] && len(text) < 1<<20 && utf8.Valid(text)
}

func TestMachinePathsAreFound(t *testing.T) {
	for _, bad := range []string{"see /" + "work/main/x", `"/` + `root/go"`, "cd /" + "home/someone"} {
		if !machine.MatchString(bad) {
			t.Errorf("not found in %q", bad)
		}
	}
	for _, good := range []string{"framework/main", "https://example.org/" + "home/page", "/usr/local/go/bin"} {
		if machine.MatchString(good) {
			t.Errorf("wrongly found in %q", good)
		}
	}
}
