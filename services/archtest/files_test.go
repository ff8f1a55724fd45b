package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// source is one Go file of ours, parsed; generated code is left out.
type source struct {
	path   string // from the root, with slashes
	file   *ast.File
	fset   *token.FileSet
	isTest bool
}

// skipped folders hold what is built, fetched or kept by git.
var skipped = map[string]bool{".git": true, "bin": true, ".third_party": true, ".bench": true, "data": true, "node_modules": true}

// walk calls visit for every file below the root, with its path from the root.
func walk(t *testing.T, visit func(path string, text []byte)) {
	t.Helper()
	top := root(t)
	err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(top, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			// Only at the top: a package may well be named data.
			if skipped[rel] || e.Name() == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		visit(filepath.ToSlash(rel), text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// sources returns every Go file that people wrote.
func sources(t *testing.T) []source {
	t.Helper()
	var list []source
	fset := token.NewFileSet()
	walk(t, func(path string, text []byte) {
		if filepath.Ext(path) != ".go" || strings.HasPrefix(path, "api/gen/") {
			return
		}
		file, err := parser.ParseFile(fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		list = append(list, source{path, file, fset, strings.HasSuffix(path, "_test.go")})
	})
	if len(list) == 0 {
		t.Fatal("no Go file found")
	}
	return list
}

// forTests says whether the file serves tests alone: a test, the testkit, or a
// suite of cases in a package such as recordtest.
func (s source) forTests() bool {
	return s.isTest || s.within("services/testkit") || strings.HasSuffix(filepath.Dir(s.path), "test")
}

// imports says whether the file imports a package.
func (s source) imports(path string) bool {
	for _, i := range s.file.Imports {
		if strings.Trim(i.Path.Value, `"`) == path {
			return true
		}
	}
	return false
}

// within says whether the file lies in one of the folders.
func (s source) within(folders ...string) bool {
	for _, f := range folders {
		if strings.HasPrefix(s.path, f+"/") || strings.Contains("/"+s.path, "/"+f+"/") {
			return true
		}
	}
	return false
}
