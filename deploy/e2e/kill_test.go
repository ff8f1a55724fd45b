package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/suite"
	"xinju.dev/deploy/synthetic"
)

const killedPeople = 12_000

// TestAKilledImportEndsAsIfItHadNotBeen kills the whole suite with SIGKILL at
// random moments of an import, starts it again on the same folder, and compares
// what the registry then knows with an import that nobody disturbed.
func TestAKilledImportEndsAsIfItHadNotBeen(t *testing.T) {
	t.Parallel()
	feed := filepath.Join(t.TempDir(), "feed.csv")
	c := county(killedPeople)
	f, err := os.Create(feed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := synthetic.WriteFeed(f, c, true); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	want := undisturbed(t, c, feed)

	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	serve := []string{"serve", "--data", dir, "-o", "json", "--http", "127.0.0.1:0", "--today", today.String(), "--run", filepath.Join(dir, "run.json")}
	var run client.Run
	p := start(t, &run, "xinju", serve...)
	to := dial(t, run)
	places(t, to, c)
	id := upload(t, to, feed)
	kills := 0
	for ; kills < 6 && !ended(t, to, id); kills++ {
		// A moment within the import, which takes about a second.
		<-time.After(time.Duration(20+r.IntN(180)) * time.Millisecond)
		p.kill()
		p = start(t, &run, "xinju", serve...)
		to = dial(t, run)
	}
	for !ended(t, to, id) {
		<-time.After(20 * time.Millisecond)
	}
	t.Logf("seed %d: killed %d times", seed, kills)
	if kills == 0 {
		t.Fatal("the import ended before anything was killed: make it larger")
	}
	if diff := cmp.Diff(want, known(t, to, c, id)); diff != "" {
		t.Errorf("seed %d, after %d kills (-undisturbed +killed):\n%s", seed, kills, diff)
	}
}

func undisturbed(t *testing.T, c *synthetic.County, feed string) map[string]string {
	to := dial(t, inProcess(t, suite.Config{}))
	places(t, to, c)
	id := upload(t, to, feed)
	for !ended(t, to, id) {
		<-time.After(20 * time.Millisecond)
	}
	return known(t, to, c, id)
}

func dial(t *testing.T, run client.Run) *client.Suite {
	t.Helper()
	to, err := client.Dial(run)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = to.Close() })
	return to
}

func places(t *testing.T, to *client.Suite, c *synthetic.County) {
	t.Helper()
	if err := loader.Places(t.Context(), to, c); err != nil {
		t.Fatal(err)
	}
}

func upload(t *testing.T, to *client.Suite, feed string) string {
	t.Helper()
	batch, err := loader.Upload(t.Context(), to, feed)
	if err != nil {
		t.Fatal(err)
	}
	return batch.GetBatchId()
}

// ended tells whether the import is over, and holds its counts against each other.
func ended(t *testing.T, to *client.Suite, id string) bool {
	t.Helper()
	got, err := to.Feed.GetFeedBatch(t.Context(), &registryv1.GetFeedBatchRequest{BatchId: id})
	if err != nil {
		t.Fatal(err)
	}
	n := got.GetBatch().GetCounts()
	if sum := n.GetCreated() + n.GetUpdated() + n.GetUnchanged() + n.GetDuplicate() + n.GetPending() + n.GetNeedsReview() + n.GetRefused(); sum != n.GetReceived() {
		t.Fatalf("the outcomes add up to %d of %d rows received", sum, n.GetReceived())
	}
	switch state := got.GetBatch().GetOperation().GetState(); state {
	case typev1.OperationState_OPERATION_STATE_SUCCEEDED:
		return true
	case typev1.OperationState_OPERATION_STATE_FAILED, typev1.OperationState_OPERATION_STATE_CANCELLED:
		t.Fatalf("the import %v: %s", state, got.GetBatch().GetOperation().GetFailureText())
	}
	return false
}

// known is everything the registry knows after an import, without identifiers:
// counts, the outcome of every row, and every person with stays and permits.
func known(t *testing.T, to *client.Suite, c *synthetic.County, id string) map[string]string {
	t.Helper()
	out := map[string]string{}
	got, err := to.Feed.GetFeedBatch(t.Context(), &registryv1.GetFeedBatchRequest{BatchId: id})
	if err != nil {
		t.Fatal(err)
	}
	out["counts"] = fmt.Sprint(got.GetBatch().GetCounts())
	rows(t.Context(), t, to, id, out)
	var documents []*registryv1.Document
	for p := range c.People() {
		documents = append(documents, &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN, Number: p.Number})
	}
	index := 0
	for part := range slices.Chunk(documents, 500) {
		found, err := to.Registry.LookupResidents(t.Context(), &registryv1.LookupResidentsRequest{Documents: part})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range found.GetResults() {
			if index%7 == 0 && r.GetResidentId() != "" { // every seventh in full: enough to see a difference
				person, err := to.Registry.GetResident(t.Context(), &registryv1.GetResidentRequest{ResidentId: r.GetResidentId()})
				if err != nil {
					t.Fatal(err)
				}
				out[fmt.Sprintf("person %d", index)] = describe(person.GetResident())
			} else {
				out[fmt.Sprintf("person %d", index)] = fmt.Sprint(r.GetResidentId() != "", r.GetReason())
			}
			index++
		}
	}
	return out
}

func rows(ctx context.Context, t *testing.T, to *client.Suite, id string, out map[string]string) {
	t.Helper()
	req := &registryv1.ListFeedRowsRequest{BatchId: id, PageSize: 1000}
	for {
		page, err := to.Feed.ListFeedRows(ctx, req)
		if err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		for _, row := range page.GetRows() {
			o := row.GetOutcome()
			out[fmt.Sprintf("row %d", row.GetRowNumber())] = strings.Join([]string{o.GetOutcome().String(), o.GetReason(), o.GetColumn()}, " ")
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			return
		}
	}
}

// describe tells what is known of somebody, but for the etag: it counts
// transactions, and where an import begins the next one depends on how fast it is.
func describe(r *registryv1.Resident) string {
	day := func(d interface {
		GetYear() int32
		GetMonth() int32
		GetDay() int32
	},
	) string {
		return fmt.Sprintf("%d-%d-%d", d.GetYear(), d.GetMonth(), d.GetDay())
	}
	var lines []string
	for _, s := range r.GetResidences() {
		lines = append(lines, fmt.Sprint("stay ", s.GetDivision(), day(s.GetArrivedDate()), day(s.GetRegisteredDate()), day(s.GetLeftDate())))
	}
	for _, p := range r.GetPermits() {
		lines = append(lines, fmt.Sprint("permit ", day(p.GetIssuedDate()), day(p.GetValidUntilDate()), day(p.GetLapsedDate())))
	}
	flags := slices.Sorted(maps.Keys(setOf(r.GetReviewFlags())))
	return fmt.Sprint(r.GetSex(), day(r.GetBirthDate()), r.GetEthnicCode(), lines, flags)
}

func setOf(items []string) map[string]bool {
	out := map[string]bool{}
	for _, s := range items {
		out[s] = true
	}
	return out
}
