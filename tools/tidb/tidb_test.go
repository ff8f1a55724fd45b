package tidb

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	sqlparser "github.com/pingcap/tidb/pkg/parser"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver" // values of literals
)

const services = "../../services"

// denied is what TiDB parses but does not do, or what the suite must not need.
var denied = regexp.MustCompile(`(?i)\b(SKIP\s+LOCKED|RETURNING|CREATE\s+TRIGGER|CREATE\s+PROCEDURE|CREATE\s+FUNCTION|CALL)\b`)

func check(t *testing.T, where, statement string) {
	t.Helper()
	if denied.MatchString(statement) {
		t.Errorf("%s: %.200s: must not be needed", where, statement)
	}
	if _, _, err := sqlparser.New().Parse(statement, "", ""); err != nil {
		t.Errorf("%s: %.300s: %v", where, statement, err)
	}
}

func TestMigrationsAreOneStatementThatTiDBParses(t *testing.T) {
	var names []string
	for _, pattern := range []string{"/*/internal/*/migrations/mysql/*.sql", "/platform/*/migrations/mysql/*.sql"} {
		found, err := filepath.Glob(services + pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) < 150 {
		t.Fatalf("%d migrations", len(names))
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		check(t, name, string(text))
	}
}

var begins = regexp.MustCompile(`^(SELECT|INSERT|REPLACE|UPDATE|DELETE|WITH)\s`)

// TestStatementsAreParsedByTiDB reads the texts of the aggregator's statements from the program.
// Repeated placeholders fall away, which leaves lists of one; for what is chosen
// at run time stands something of its kind.
func TestStatementsAreParsedByTiDB(t *testing.T) {
	found := 0
	err := filepath.WalkDir(services+"/aggregator", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, text := range texts(file) {
			if begins.MatchString(text) && complete(text) {
				found++
				check(t, name, text)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 20 {
		t.Errorf("only %d statements were found", found)
	}
}

// complete says whether a text is a whole statement; some are put together from
// parts that are only read as parts of the whole.
func complete(text string) bool {
	return !regexp.MustCompile(`(\bINTO |\bVALUES |\bFROM |\bIN |\bvillage )$`).MatchString(text) && strings.Count(text, "(") == strings.Count(text, ")")
}

// texts returns the largest string expressions of a file.
func texts(file *ast.File) (out []string) {
	consts := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == len(spec.Values) {
			for i, name := range spec.Names {
				if text, ok := textOf(spec.Values[i], consts); ok {
					consts[name.Name] = text
				}
			}
		}
		expr, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		text, ok := textOf(expr, consts)
		if ok {
			out = append(out, text)
		}
		return !ok
	})
	return out
}

// standIn is read for what is only known at run time, by the word before it.
func standIn(left string) string {
	words := strings.Fields(left)
	switch strings.Join(words[max(0, len(words)-1):], "") {
	case "SELECT", "LIMIT":
		return "1"
	case "IN", "VALUES":
		return "(1)"
	case "WHERE", "AND":
		return "1 = 1"
	case "INTO", "FROM":
		return "some_table"
	}
	return "="
}

func textOf(e ast.Expr, consts map[string]string) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(x.Value)
		return text, err == nil && x.Kind == token.STRING
	case *ast.Ident:
		text, ok := consts[x.Name]
		return text, ok
	case *ast.ParenExpr:
		return textOf(x.X, consts)
	case *ast.BinaryExpr:
		left, okLeft := textOf(x.X, consts)
		right, okRight := textOf(x.Y, consts)
		if x.Op != token.ADD || !okLeft && !okRight {
			return "", false
		}
		if !okRight && strings.HasSuffix(left, " ") {
			right = standIn(left)
		}
		return left + right, true
	}
	return "", false
}
