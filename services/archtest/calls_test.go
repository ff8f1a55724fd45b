package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ban is a call or name that is not used here, with the reason a reader gets.
type ban struct {
	why  string
	hits func(s source, n ast.Node) bool
	// except are functions, "folder.Func", where it is right.
	except []string
}

var bans = []ban{
	{why: "AddDate carries a missing day into the next month: use civil.AddMonths", hits: func(s source, n ast.Node) bool {
		shown := s.isTest && s.within("services/platform/civil") // its tests show where the two differ
		return !shown && selector("AddDate")(s, n)
	}},
	{why: "schemas change by numbered migrations only", hits: selector("AutoMigrate")},
	{why: "gorm.Model brings soft delete and clock times: write the columns", hits: qualified("gorm", "Model")},
	{why: "a struct as condition skips zero values: name the columns", hits: structArgument("Where", "Or", "Not", "FirstOrCreate", "FirstOrInit", "Attrs", "Assign")},
	{why: "Updates of a struct skips zero values: Select the columns or give a map", hits: updatesOfStruct},
	{why: "rules take the day as an argument", hits: func(s source, n ast.Node) bool {
		pure := s.within("internal/core", "internal/timeline", "internal/policy", "internal/ledger", "services/nip", "services/permit", "platform/civil", "platform/record")
		return !s.forTests() && pure && (qualified("time", "Now")(s, n) || qualified("time", "Since")(s, n) || qualified("time", "Until")(s, n))
	}},
	{why: "a test that is left out tells nobody: fail with what to do", hits: func(s source, n ast.Node) bool {
		return s.forTests() && (method("Skip")(s, n) || method("Skipf")(s, n) || method("SkipNow")(s, n))
	}},
	{why: "tests wait for events or use testing/synctest", hits: func(s source, n ast.Node) bool {
		return s.forTests() && !s.imports("testing/synctest") && qualified("time", "Sleep")(s, n)
	}},
	{why: "pass the caller's context", hits: qualified("context", "TODO")},
	{why: "an error's text may quote a value of a person: log obs.Cause", hits: func(s source, n ast.Node) bool {
		return !s.forTests() && (qualified("zap", "Error")(s, n) || qualified("zap", "NamedError")(s, n) || qualified("zap", "Errors")(s, n))
	}},
	{why: "return an error: only main ends the program", except: []string{"services/platform/civil.Must", "services/platform/fault.New"}, hits: func(s source, n ast.Node) bool {
		return !s.forTests() && isPanic(s, n)
	}},
	{why: "return an error: only main ends the program", hits: func(s source, n ast.Node) bool {
		if s.forTests() || s.file.Name.Name == "main" {
			return false
		}
		return qualified("os", "Exit")(s, n) || method("Fatal")(s, n) || method("Fatalf")(s, n) || method("Fatalln")(s, n)
	}},
}

// selector matches x.name whatever x is.
func selector(name string) func(source, ast.Node) bool {
	return func(_ source, n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		return ok && sel.Sel.Name == name
	}
}

// qualified matches pkg.name.
func qualified(pkg, name string) func(source, ast.Node) bool {
	return func(_ source, n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != name {
			return false
		}
		x, ok := sel.X.(*ast.Ident)
		return ok && x.Name == pkg
	}
}

// method matches a call of x.name(…).
func method(name string) func(source, ast.Node) bool {
	return func(s source, n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		return ok && selector(name)(s, call.Fun)
	}
}

// isPanic leaves out panic(http.ErrAbortHandler): the one way net/http offers to
// cut an answer that has begun.
func isPanic(s source, n ast.Node) bool {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 || qualified("http", "ErrAbortHandler")(s, call.Args[0]) {
		return false
	}
	id, ok := call.Fun.(*ast.Ident)
	return ok && id.Name == "panic"
}

// structArgument matches calls such as Where(&row{…}) and Where(row{…}) in files
// that use gorm.
func structArgument(names ...string) func(source, ast.Node) bool {
	return func(s source, n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || !s.imports("gorm.io/gorm") {
			return false
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !slices.Contains(names, sel.Sel.Name) {
			return false
		}
		return slices.ContainsFunc(call.Args, isStruct)
	}
}

// isStruct says whether an argument is &x or a composite literal of a named type.
func isStruct(arg ast.Expr) bool {
	switch arg := arg.(type) {
	case *ast.UnaryExpr:
		return arg.Op == token.AND
	case *ast.CompositeLit:
		switch arg.Type.(type) {
		case *ast.MapType, *ast.ArrayType:
			return false
		}
		return true
	}
	return false
}

// updatesOfStruct matches Updates(&x) without a Select in the same chain.
func updatesOfStruct(s source, n ast.Node) bool {
	if !structArgument("Updates", "UpdateColumns")(s, n) {
		return false
	}
	for x := n.(*ast.CallExpr).Fun; ; {
		sel, ok := x.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		call, ok := sel.X.(*ast.CallExpr)
		if !ok {
			return true
		}
		if selector("Select")(s, call.Fun) {
			return false
		}
		x = call.Fun
	}
}

// banned returns what breaks the bans in one file, as "path:line: why".
func banned(s source) []string {
	var found []string
	folder := s.path[:strings.LastIndex(s.path, "/")+1]
	for _, decl := range s.file.Decls {
		name := strings.TrimSuffix(folder, "/") + "."
		if f, ok := decl.(*ast.FuncDecl); ok {
			name += f.Name.Name
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			for _, b := range bans {
				if n != nil && b.hits(s, n) && !slices.Contains(b.except, name) {
					found = append(found, fmt.Sprintf("%s:%d: %s", s.path, s.fset.Position(n.Pos()).Line, b.why))
				}
			}
			return true
		})
	}
	return found
}

func TestSourcesUseNothingBanned(t *testing.T) {
	for _, s := range sources(t) {
		for _, v := range banned(s) {
			t.Error(v)
		}
	}
}

var badNames = regexp.MustCompile(`/(utils?|common|helpers?|types|misc)/[^/]+$`)

func TestPackagesAreNamedForWhatTheyAreAndSayIt(t *testing.T) {
	said := map[string]bool{}
	for _, s := range sources(t) {
		folder := s.path[:strings.LastIndex(s.path, "/")+1]
		if badNames.MatchString("/" + s.path) {
			t.Errorf("%s: a package is named for what it is", s.path)
		}
		if !s.isTest {
			said[folder] = said[folder] || s.file.Doc != nil
		}
	}
	for folder, ok := range said {
		if !ok {
			t.Errorf("%s: no package comment that says its one job", folder)
		}
	}
}

func TestContractsHaveOneAliasEach(t *testing.T) {
	contract := regexp.MustCompile(`^"xinju\.dev/api/gen/xinju/([a-z]+)/(v\d+)"$`)
	for _, s := range sources(t) {
		for _, i := range s.file.Imports {
			m := contract.FindStringSubmatch(i.Path.Value)
			if m != nil && i.Name != nil && i.Name.Name != "_" && i.Name.Name != m[1]+m[2] {
				t.Errorf("%s: %s is imported as %s, not %s", s.path, i.Path.Value, i.Name.Name, m[1]+m[2])
			}
		}
	}
}

// Every ban must be able to fail.
func TestBansFindWhatBreaksThem(t *testing.T) {
	cases := []struct{ name, path, code, why string }{
		{"AddDate", "services/x/x.go", `var _ = t0.AddDate(0, 1, 0)`, "AddDate"},
		{"AutoMigrate", "services/x/x.go", `var _ = db.AutoMigrate(x)`, "numbered migrations"},
		{"gorm.Model", "services/x/x.go", `type R struct{ gorm.Model }`, "gorm.Model"},
		{"Where of a struct", "services/x/x.go", `var _ = db.Where(&row{ID: ""})`, "struct as condition"},
		{"Updates of a struct", "services/x/x.go", `var _ = db.Model(m).Updates(row{ID: ""})`, "Updates of a struct"},
		{"the clock in a rule", "services/x/internal/core/x.go", `var _ = time.Now`, "day as an argument"},
		{"a skipped test", "services/x/x_test.go", `func f(t *testing.T) { t.Skip() }`, "left out"},
		{"a sleeping test", "services/x/x_test.go", `func f() { time.Sleep(1) }`, "wait for events"},
		{"a context of nobody", "services/x/x.go", `var _ = context.TODO()`, "caller's context"},
		{"an error's text in the log", "services/x/x.go", `var _ = zap.Error(err)`, "obs.Cause"},
		{"a panic", "services/x/x.go", `func f() { panic(1) }`, "only main"},
		{"an exit below main", "services/x/x.go", `func f() { os.Exit(1) }`, "only main"},
		{"a fatal log line", "services/x/x.go", `func f() { log.Fatal(1) }`, "only main"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			found := banned(parse(t, c.path, c.code))
			if len(found) != 1 || !strings.Contains(found[0], c.why) {
				t.Errorf("want one finding about %q, got %q", c.why, found)
			}
		})
	}
}

func TestBansLeaveTheRestAlone(t *testing.T) {
	cases := []struct{ name, path, code string }{
		{"columns by name", "services/x/x.go", `var _ = db.Where("id = ?", id).Select("a").Updates(&row{})`},
		{"a map of columns", "services/x/x.go", `var _ = db.Updates(map[string]any{"a": 1})`},
		{"the clock outside rules", "services/x/internal/store/x.go", `var _ = time.Now`},
		{"the documented exceptions", "services/platform/civil/civil.go", `func Must() { panic(1) }`},
		{"an answer cut short", "gateway/edge/x.go", `func f() { panic(http.ErrAbortHandler) }`},
		{"a test that fails", "services/x/x_test.go", `func f(t *testing.T) { t.Fatal(1) }`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if found := banned(parse(t, c.path, c.code)); len(found) != 0 {
				t.Errorf("wrongly found: %q", found)
			}
		})
	}
}

func parse(t *testing.T, path, code string) source {
	t.Helper()
	fset := token.NewFileSet()
	text := "package x\n\nimport (\n\t\"time\"\n\n\t\"gorm.io/gorm\"\n)\n\n" + code + "\n"
	file, err := parser.ParseFile(fset, path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return source{path, file, fset, strings.HasSuffix(path, "_test.go")}
}
