package e2e_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zapcore"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/e2e"
	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/suite"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/clock"
	"xinju.dev/services/platform/obs"
)

var update = flag.Bool("update", false, "record the answers of the one-process suite as the golden ones")

const golden = "testdata/answers.json"

// scenario loads the county into a running suite, waits, asks, and then plays
// the stories of those who are two residents and one person.
func scenario(t *testing.T, run client.Run, residents int, days ...civil.Date) e2e.Answers {
	t.Helper()
	to, c := dial(t, run), county(residents)
	loaded, err := loader.Load(t.Context(), loader.Config{County: c, To: to, FeedFile: filepath.Join(t.TempDir(), "feed.csv"), BadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := loader.WaitFollowed(t.Context(), to, nil); err != nil {
		t.Fatal(err)
	}
	answers, err := e2e.Ask(t.Context(), to, c, loaded)
	if err != nil {
		t.Fatal(err)
	}
	rebuilt(t, to)
	stories(t, to, c, days)
	return answers
}

// rebuilt builds the aggregator's state again from the five feeds: the same, at the
// same positions of these.
func rebuilt(t *testing.T, to *client.Suite) {
	t.Helper()
	following := func() *aggregatorv1.GetFollowingResponse {
		now, err := to.Aggregator.GetFollowing(t.Context(), &aggregatorv1.GetFollowingRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return now
	}
	before := following()
	anew(t, to)
	after := following()
	for !slices.EqualFunc(before.GetPositions(), after.GetPositions(), atOne) { // a search of the registry found something
		before = after
		anew(t, to)
		after = following()
	}
	if after.GetDigest() != before.GetDigest() || before.GetDigest() == "" {
		t.Errorf("after the rebuild digest %s, before %s", after.GetDigest(), before.GetDigest())
	}
}

func atOne(a, b *aggregatorv1.FeedPosition) bool {
	return a.GetSource() == b.GetSource() && a.GetPosition() == b.GetPosition()
}

// anew waits for a rebuild.
func anew(t *testing.T, to *client.Suite) {
	t.Helper()
	begun, err := to.Aggregator.Rebuild(t.Context(), &aggregatorv1.RebuildRequest{})
	if err != nil {
		t.Fatal(err)
	}
	op := begun.GetOperation()
	for op.GetEndTime() == nil {
		<-time.After(50 * time.Millisecond)
		now, err := to.Aggregator.GetOperation(t.Context(), &aggregatorv1.GetOperationRequest{OperationId: op.GetOperationId()})
		if err != nil {
			t.Fatal(err)
		}
		op = now.GetOperation()
	}
	if op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED {
		t.Fatalf("the rebuild %v %s", op.GetState(), op.GetFailureText())
	}
}

// inProcess runs the one-process suite until the test ends.
func inProcess(t *testing.T, c suite.Config) client.Run {
	t.Helper()
	c.DataDir, c.Now, c.HTTPAddr, c.GRPCPort = t.TempDir(), clock.On(today), "127.0.0.1:0", -1
	s, err := suite.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	ctx := t.Context()
	go func() { ended <- s.Run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("the suite ended while starting: %v", err)
	}
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Errorf("the suite did not stop in order: %v", err)
		}
	})
	return s.Address()
}

const people = 2000

func TestOneProcessOnSQLite(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	run := inProcess(t, suite.Config{Debug: "127.0.0.1:0", Log: obs.NewLogger(obs.LogOptions{Level: zapcore.DebugLevel, Service: "suite", Out: zapcore.AddSync(&log)})})
	answers := scenario(t, run, people, today)
	noNumbers(t, "the answers over REST", askREST(t, run))
	noNumbers(t, "the metrics", get(t, run.Debug+"/metrics", ""))
	noNumbers(t, "the log", []byte(log.String()))
	if *update {
		b, err := json.MarshalIndent(answers, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, answers)
}

func TestSevenProcessesOnMariaDB(t *testing.T) {
	t.Parallel()
	compare(t, scenario(t, sevenProcesses(t), people, today, civil.Of(today.Year()-1, 12, 31), today.AddMonths(4)))
}

func compare(t *testing.T, got e2e.Answers) {
	t.Helper()
	b, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var want e2e.Answers
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the answers differ from %s (-want +got):\n%s", golden, diff)
	}
}
