package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pkg is what go list says about one package.
type pkg struct {
	ImportPath   string
	Name         string
	Dir          string
	Doc          string
	Standard     bool
	Imports      []string // direct, without tests
	Deps         []string // direct and indirect, without tests
	TestImports  []string
	XTestImports []string
}

// module is the path prefix of everything of ours.
const module = "xinju.dev/"

// root returns the folder of go.work.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.work above the test")
		}
		dir = parent
	}
}

// list returns the packages of all four modules. One call of go list serves
// every rule: it costs about a second.
func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Name,Dir,Doc,Standard,Imports,Deps,TestImports,XTestImports", "work")
	cmd.Dir = root(t)
	cmd.Env = append(os.Environ(), "GOWORK="+filepath.Join(cmd.Dir, "go.work"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var pkgs []pkg
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// reach says which imports of a package a rule looks at.
type reach int

const (
	direct     reach = iota // what the package's own files import
	transitive              // that, and all it pulls in
	tests                   // what the package's tests import
)

// rule forbids imports. from and never are regular expressions over whole import
// paths. A group named svc in from may be used in never as ${svc}: the same
// service. allow takes paths out of never.
type rule struct {
	why   string
	from  string
	reach reach
	never []string
	allow []string
	// but takes packages out of from.
	but string
}

// violations applies one rule, and says whether it matched any package.
func violations(r rule, pkgs []pkg) (found []string, matched bool) {
	from, but := whole(r.from), whole(r.but)
	for _, p := range pkgs {
		at := from.FindStringSubmatchIndex(p.ImportPath)
		if at == nil || but.MatchString(p.ImportPath) {
			continue
		}
		matched = true
		svc := string(from.ExpandString(nil, "${svc}", p.ImportPath, at))
		never, allow := expand(r.never, svc), expand(r.allow, svc)
		for _, dep := range p.imports(r.reach) {
			if anyMatch(never, dep) && !anyMatch(allow, dep) {
				found = append(found, p.ImportPath+" depends on "+dep)
			}
		}
	}
	return found, matched
}

// whole compiles a pattern that must match a whole import path.
func whole(pattern string) *regexp.Regexp { return regexp.MustCompile("^(?:" + pattern + ")$") }

func expand(patterns []string, svc string) []*regexp.Regexp {
	var list []*regexp.Regexp
	for _, pattern := range patterns {
		list = append(list, whole(strings.ReplaceAll(pattern, "${svc}", regexp.QuoteMeta(svc))))
	}
	return list
}

func (p pkg) imports(r reach) []string {
	switch r {
	case transitive:
		return p.Deps
	case tests:
		return append(append([]string{}, p.TestImports...), p.XTestImports...)
	}
	return p.Imports
}

func anyMatch(patterns []*regexp.Regexp, path string) bool {
	for _, p := range patterns {
		if p.MatchString(path) {
			return true
		}
	}
	return false
}
