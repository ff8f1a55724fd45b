package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"xinju.dev/deploy/bench/internal/figures"
)

// The test's own program serves as the child that a section starts.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		main()
	}
	os.Exit(m.Run())
}

// small is a run that takes seconds: its figures mean nothing, its checks do.
func small(t *testing.T) *bench {
	t.Helper()
	s := settings{residents: 300, seed: 7, folder: t.TempDir(), reads: 3, calls: 20, rounds: 1}
	b, err := newBench(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	b.says = testWriter{t}
	if b.mysql != nil {
		b.mysql.prefix = "xinju_test_" + strings.ToLower(rand.Text()[:8])
	}
	t.Cleanup(func() {
		if b.mysql != nil {
			for _, what := range []string{"join", keptAggregator} {
				schema := b.mysql.prefix + "_" + strings.ReplaceAll(b.key(s.residents), "-", "_") + "_" + what
				if _, err := b.mysql.admin.ExecContext(context.Background(), "DROP DATABASE IF EXISTS "+schema); err != nil {
					t.Error(err)
				}
			}
		}
		if err := b.close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func measured(t *testing.T, list []figures.Comparison, err error, cases int) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != cases {
		t.Fatalf("%d comparisons, want %d", len(list), cases)
	}
	for _, c := range list {
		if c.Ours.Rounds == 0 || c.Ours.Wall <= 0 {
			t.Errorf("%s: nothing was measured: %+v", c.Case, c.Ours)
		}
	}
}

func TestCoverageEqualsTheJoinOnEveryEngine(t *testing.T) {
	b := small(t)
	list, err := b.runCoverage(t.Context())
	measured(t, list, err, len(b.engines()))
	for _, c := range list {
		if !strings.Contains(c.Checked, "0 differ") {
			t.Errorf("%s: %q", c.Case, c.Checked)
		}
	}
	// Once more, on what was kept.
	again, err := b.runCoverage(t.Context())
	measured(t, again, err, len(list))
	told, _, _ := strings.Cut(list[0].Note, "; ")
	if !strings.HasPrefix(again[0].Note, told) {
		t.Errorf("a second run tells %q of the building, the first told %q", again[0].Note, told)
	}
}

func TestACountThatDiffersIsFound(t *testing.T) {
	b := small(t)
	e := sqliteEngine{}
	j, err := b.openJoin(t.Context(), b.residents, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.db.ExecContext(t.Context(), "DELETE FROM archive_standard"); err != nil {
		t.Fatal(err)
	}
	if err := j.db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = b.coverageOn(t.Context(), b.residents, e)
	if err == nil || !strings.Contains(err.Error(), errDiffer.Error()) {
		t.Errorf("got %v, want %v", err, errDiffer)
	}
}

func TestAnImportAndTheLoaderFillTheSameTables(t *testing.T) {
	b := small(t)
	list, err := b.runImport(t.Context())
	measured(t, list, err, 2*len(b.engines()))
	for _, c := range list {
		if c.Baseline.Rounds > 0 && c.Checked == "" || c.Baseline.Rounds == 0 && c.Note == "" {
			t.Errorf("%s: neither compared nor said why not", c.Case)
		}
	}
}

func TestCallsOfBothKindsAreMeasuredOnBothTransports(t *testing.T) {
	b := small(t)
	list, err := b.runCalls(t.Context())
	measured(t, list, err, 2)
}

func TestPeopleAreLookedUpByDocumentAndByIDOnEveryEngine(t *testing.T) {
	b := small(t)
	list, err := b.runLookup(t.Context())
	measured(t, list, err, 2*len(b.engines()))
}

func TestTheLedgerInSQLEqualsTheJoinOnEveryEngine(t *testing.T) {
	b := small(t)
	list, err := b.runForms(t.Context())
	measured(t, list, err, 4*len(b.engines()))
	for i := 3; i < len(list); i += 4 {
		if !strings.Contains(list[i].Checked, "0 differ") {
			t.Errorf("%s: %q", list[i].Case, list[i].Checked)
		}
	}
}

func TestATrendEqualsTheJoin(t *testing.T) {
	b := small(t)
	list, err := b.runTrend(t.Context())
	measured(t, list, err, len(b.engines()))
}

func TestChangedResidentsAndFactsAloneAreCommitted(t *testing.T) {
	b := small(t)
	list, err := b.runChanges(t.Context())
	measured(t, list, err, len(b.engines()))
}

func TestListsAreReadToTheirEnds(t *testing.T) {
	b := small(t)
	list, err := b.runLists(t.Context())
	measured(t, list, err, len(b.engines()))
}

func TestARebuildEndsInTheSameState(t *testing.T) {
	b := small(t)
	list, err := b.runRebuild(t.Context())
	measured(t, list, err, 3*len(b.engines()))
}

func TestRESTAndGRPCGiveTheSameAnswer(t *testing.T) {
	b := small(t)
	list, err := b.runREST(t.Context())
	measured(t, list, err, 2)
}

func TestTheMemoryOfAChildIsReadAndNotThatOfItsParent(t *testing.T) {
	b := small(t)
	const much = 512 << 20
	ballast := bytes.Repeat([]byte{1}, much)
	defer runtime.KeepAlive(ballast)
	list, err := b.runMemory(t.Context())
	measured(t, list, err, 1)
	for _, l := range []figures.Line{list[0].Ours, list[0].Baseline} {
		if l.Memory < 1<<20 || l.Memory >= much {
			t.Errorf("%s: %d bytes", l.What, l.Memory)
		}
	}
}

func TestTheDocumentHoldsTheResultsThatWereKept(t *testing.T) {
	b := small(t)
	var out bytes.Buffer
	if err := writeDocument(&out, b.folder); err == nil {
		t.Error("a document without results")
	}
	b.only = "c"
	list, err := b.run(t.Context())
	measured(t, list, err, 2)
	if err := writeDocument(&out, b.folder); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# Benchmarks", "### (c)", b.machine.String(), list[0].Case} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestArgumentsThatCannotBeAreRefused(t *testing.T) {
	for _, args := range [][]string{{"-n", "5"}, {"-o", "xml"}, {"extra"}, {"-none"}, {"-only", "ax"}} {
		if err := run(context.Background(), args); err == nil {
			t.Errorf("%q accepted", args)
		}
	}
}

func TestNothingIsLeftOfDatabasesForOneRound(t *testing.T) {
	b := small(t)
	if _, err := b.runImport(t.Context()); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(b.folder, "once-*"))
	if err != nil || len(left) > 0 {
		t.Error(fmt.Sprint(left, err))
	}
}
