package programs

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/cli"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/serve"
	"xinju.dev/deploy/cmd/xinju/internal/settings"
	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
)

var today = civil.Of(2026, 6, 30)

// running is a real suite on a folder, started as xinju serve starts it.
type running struct {
	data, run string
	where     client.Run
	stop      func()
}

func start(t *testing.T) running {
	t.Helper()
	dir := t.TempDir()
	r := running{data: filepath.Join(dir, "data"), run: filepath.Join(dir, "run.json")}
	s := settings.Serve{Data: r.data, HTTP: "127.0.0.1:0", GRPCPort: -1, Today: today, Run: r.run}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan client.Run, 1), make(chan error, 1)
	go func() { ended <- serve.Run(ctx, s, io.Discard, func(where client.Run) { ready <- where }) }()
	stopped := false
	r.stop = func() {
		cancel()
		if stopped {
			return
		}
		stopped = true
		if err := <-ended; err != nil {
			t.Errorf("serve ended with %v", err)
		}
	}
	select {
	case r.where = <-ready:
	case err := <-ended:
		cancel()
		t.Fatalf("serve did not start: %v", err)
	}
	t.Cleanup(r.stop)
	return r
}

// load brings an invented county in and returns its feed file when all of it is counted.
func (r running) load(t *testing.T, residents int) (feed string) {
	t.Helper()
	feed = filepath.Join(t.TempDir(), "feed.csv")
	county := synthetic.NewCounty(synthetic.Config{Seed: 3, Residents: residents, Townships: 2, Villages: 6, Today: today})
	suite, err := client.Dial(r.where)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = suite.Close() }()
	if _, err := loader.Load(t.Context(), loader.Config{County: county, To: suite, FeedFile: feed, BadRows: true}); err != nil {
		t.Fatal(err)
	}
	if err := loader.WaitFollowed(t.Context(), suite, nil); err != nil {
		t.Fatal(err)
	}
	return feed
}

func (r running) xinju(t *testing.T, line string) (code outcome.Code, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = cli.Run(t.Context(), append(strings.Fields(line), "--run", r.run), cli.Streams{In: strings.NewReader(""), Out: &o, Err: &e}, All())
	return code, o.String(), e.String()
}

func rowsOf(t *testing.T, text string) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(records) == 0 {
		t.Fatalf("not CSV: %v\n%s", err, text)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, key := range records[0] {
			row[key] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// The whole way through a real suite: from a file to a number, from the number to
// its list, from the list to a person and the reason.
func TestTheMainJobFromTheCommandLine(t *testing.T) {
	r := start(t)
	feed := r.load(t, 400)
	code, out, errs := r.xinju(t, "feed import "+feed+" --sender "+loader.Sender)
	if code != outcome.RowsRefused || !strings.Contains(errs, "此前已导入") {
		t.Errorf("the same file again: code %d, %s%s", code, out, errs)
	}
	_, out, _ = r.xinju(t, "feed status -o csv")
	batches := rowsOf(t, out)
	if len(batches) != 1 || batches[0]["state"] != "succeeded" || batches[0]["refused"] == "0" {
		t.Fatalf("batches: %v", batches)
	}
	batch := batches[0]["batch_id"]
	if code, out, errs = r.xinju(t, "feed rows "+batch+" --outcome refused --limit 0 -o csv"); code != 0 || len(rowsOf(t, out)) == 0 {
		t.Errorf("refused rows: code %d, %s%s", code, out, errs)
	}
	if code, out, errs = r.xinju(t, "feed rejects "+batch); code != 0 || len(out) == 0 {
		t.Errorf("rejects: code %d, %s", code, errs)
	}

	code, out, errs = r.xinju(t, "coverage show --division 990101 --all -o csv")
	if code != 0 {
		t.Fatalf("coverage: code %d, %s", code, errs)
	}
	opened := ""
	for _, row := range rowsOf(t, out) {
		if row["eligible"] == "" || row["covered"] == "" || row["eligible"] == row["covered"] {
			continue // not computed, a plain count, or nobody is left
		}
		_, list, errs := r.xinju(t, "uncovered list --division 990101 --limit 0 -o csv --indicator "+row["indicator"])
		people := rowsOf(t, list)
		if eligible, covered := atoi(t, row["eligible"]), atoi(t, row["covered"]); len(people) != eligible-covered {
			t.Errorf("%s: %d − %d, but %d in the list %s", row["indicator"], eligible, covered, len(people), errs)
		}
		opened = people[0]["resident_id"]
		if name := people[0]["name"]; !strings.HasSuffix(name, "*") || people[0]["village_name"] == "" {
			t.Errorf("%s: %v", row["indicator"], people[0])
		}
	}
	if opened == "" {
		t.Fatal("nobody is uncovered: the county shows nothing")
	}
	for _, line := range []string{
		"coverage show --division 990101 --by township", "coverage trend --division 990101 --indicator IMM03 --from 2026-01 --until 2026-06",
		"resident get " + opened, "resident explain " + opened, "following", "policy list", "policy show xiangan-2018",
	} {
		if code, out, errs := r.xinju(t, line); code != 0 || out == "" {
			t.Errorf("%s: code %d, %s", line, code, errs)
		}
	}
	if code, _, errs := r.xinju(t, "coverage show --division 980101"); code == 0 || !strings.Contains(errs, "错误") {
		t.Errorf("a division that does not exist: code %d, %s", code, errs)
	}

	own := filepath.Join(r.data, "run.json")
	if where, err := client.ReadRun(own); err != nil || where.Token != r.where.Token {
		t.Errorf("the folder's own run file: %v", err)
	}
	r.stop()
	for _, file := range []string{r.run, own} {
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", filepath.Base(file), err)
		}
	}
	if code, _, _ := r.xinju(t, "policy list"); code != outcome.Unreachable {
		t.Errorf("after the end: code %d", code)
	}
	var o, e bytes.Buffer
	if code := cli.Run(t.Context(), []string{"migrate", "status", "--data", r.data}, cli.Streams{Out: &o, Err: &e}, All()); code != 0 {
		t.Errorf("migrate status: code %d, %s%s", code, o.String(), e.String())
	}
}

func TestASuiteThatIsToldToStopWhileStartingStopsInOrder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := settings.Serve{Data: t.TempDir(), HTTP: "127.0.0.1:0", GRPCPort: -1, Today: today, Run: filepath.Join(t.TempDir(), "run.json")}
	if err := serve.Run(ctx, s, io.Discard, func(client.Run) { t.Error("said to be ready") }); err != nil {
		t.Errorf("ended with %v", err)
	}
}

func atoi(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestEveryServiceHasMigrations(t *testing.T) {
	for _, name := range client.Services {
		if len(All().Migrations(name)) == 0 {
			t.Errorf("%s has none", name)
		}
	}
}
