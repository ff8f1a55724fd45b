package edge_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/zap"

	"xinju.dev/gateway/edge"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/registry"
	"xinju.dev/services/testkit"
)

// The list of Xiang'an as it comes with the suite: a real one, of a whole county.
const xiangan = "../../services/registry/internal/places/data/350213.csv"

// differences is the answer to a list, as JSON has it.
type differences struct {
	DiffDigest                                             string
	Added, Renamed, Moved, Recoded, Ended, Unchanged, Size int
	Applied                                                bool
	Changes                                                []struct{ Kind string }
}

// parts writes a list as the messages of ImportDivisions, one after the other.
func listParts(header string, list []byte, size int) string {
	var out strings.Builder
	out.WriteString(`{"header":` + header + `}` + "\n")
	for len(list) > 0 {
		n := min(size, len(list))
		out.WriteString(`{"data":"` + base64.StdEncoding.EncodeToString(list[:n]) + `"}` + "\n")
		list = list[n:]
	}
	return out.String()
}

func TestARealListOfDivisionsIsComparedAndAppliedOverREST(t *testing.T) {
	list, err := os.ReadFile(xiangan)
	if err != nil {
		t.Fatal(err)
	}
	f := newFake(t)
	sealer, err := seal.NewPlain(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	service, err := registry.New(registry.Deps{
		DB: testkit.SQLite(t, registry.Migrations()...), Now: testkit.NewClock(civil.Must("2026-06-30")).Now, Sealer: sealer, Log: zap.NewNop(), SpoolDir: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := service.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	h := f.gateway(t, func(c *edge.Config) { c.Backends.Registry = testkit.Serve(t, service.Register) })
	send := func(header string, list []byte) (int, differences, string) {
		t.Helper()
		w := do(h, "POST", "/v1/divisions:import", listParts(header, list, 1000), "Content-Type", "application/json")
		var d differences
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
				t.Fatalf("%v %s", err, w.Body)
			}
		}
		return w.Code, d, w.Body.String()
	}
	nodes := strings.Count(strings.TrimSpace(string(list)), "\n") // without the line that names the columns

	code, diff, text := send(`{"scopeCode":"350213000000"}`, list)
	if code != http.StatusOK || diff.Added == 0 || diff.Added > nodes || diff.Applied || len(diff.DiffDigest) != 64 || len(diff.Changes) != diff.Added {
		t.Fatalf("%d of %d nodes: %d %.300s", diff.Added, nodes, code, text)
	}
	if w := do(h, "GET", "/v1/divisions/350213001001", ""); w.Code != http.StatusNotFound {
		t.Errorf("a comparison alone made a village: %d", w.Code)
	}
	if code, _, text := send(`{"scopeCode":"350213000000","apply":true,"diffDigest":"`+strings.Repeat("0", 64)+`"}`, list); code == http.StatusOK || !strings.Contains(text, "DIVISION_DIFF_CHANGED") {
		t.Errorf("differences that nobody looked at: %d %.300s", code, text)
	}
	code, applied, text := send(`{"scopeCode":"350213000000","apply":true,"diffDigest":"`+diff.DiffDigest+`"}`, list)
	if code != http.StatusOK || !applied.Applied || applied.Added != diff.Added {
		t.Fatalf("%d %.300s", code, text)
	}
	if w := do(h, "GET", "/v1/divisions/350213001001", ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "350213001000") {
		t.Errorf("a village of the list: %d %s", w.Code, w.Body)
	}

	code, same, text := send(`{"scopeCode":"350213000000","effectiveDate":{"year":2026,"month":7,"day":1}}`, list)
	if code != http.StatusOK || same.Unchanged != diff.Added || same.Added+same.Renamed+same.Moved+same.Recoded+same.Ended != 0 {
		t.Errorf("the same list again: %d %.300s", code, text)
	}
	lines := strings.Split(strings.TrimSpace(string(list)), "\n")
	shorter := []byte(strings.Join(lines[:len(lines)-1], "\n") + "\n")
	if code, less, text := send(`{"scopeCode":"350213000000","effectiveDate":{"year":2026,"month":7,"day":1}}`, shorter); code != http.StatusOK || less.Ended != 1 || less.Unchanged != diff.Added-1 {
		t.Errorf("a list with a village less: %d %.300s", code, text)
	}
	for name, body := range map[string]string{
		"no list": listParts(`{"scopeCode":"350213000000"}`, nil, 1000), "columns without names": listParts(`{"scopeCode":"350213000000"}`, []byte("a,b\n1,2\n"), 1000),
		"half a message": listParts(`{"scopeCode":"350213000000"}`, list, 1000)[:5000], "data first": `{"data":"` + base64.StdEncoding.EncodeToString(list) + `"}`,
	} {
		if w := do(h, "POST", "/v1/divisions:import", body, "Content-Type", "application/json"); w.Code < 400 || w.Code >= 500 {
			t.Errorf("%s: %s %.300s", name, strconv.Itoa(w.Code), w.Body)
		}
	}
}
