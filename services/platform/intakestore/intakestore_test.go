package intakestore

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/outcome"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

var (
	errTorn   = fault.New(fault.Invalid, "TEST_ROW_TORN", "torn", "不完整")
	errQuotes = fault.New(fault.Invalid, "TEST_ROW_QUOTES", "quotes", "引号")
)

// creates is a service in which every item creates something, and the rows named
// wait.
type creates struct{ waits map[int]bool }

func (creates) ApplyItems(_ *gorm.DB, _ Call, items []any) ([]outcome.Outcome, []changefeed.Fact, error) {
	out := make([]outcome.Outcome, len(items))
	for i, item := range items {
		out[i] = outcome.Outcome{Code: outcome.Created}
		if item == "waits" {
			out[i].Code = outcome.Pending
		}
	}
	return out, nil, nil
}

func (c creates) Waiting(*gorm.DB, intake.Batch, []intake.RowResult) (map[int]bool, error) {
	return c.waits, nil
}

var noon = time.Date(2025, 6, 30, 4, 0, 0, 0, time.UTC)

func each(t *testing.T, test func(t *testing.T, s *SQL)) {
	t.Helper()
	testkit.EachEngine(t, []migrate.Set{Migrations(), changefeed.Migrations()}, func(t *testing.T, db *sqlstore.DB) {
		sealer, err := seal.NewPlain([]byte(strings.Repeat("k", 32)))
		if err != nil {
			t.Fatal(err)
		}
		test(t, New(db, sealer, creates{}))
	})
}

func feedBatchOf(sender, digest string) intake.Batch {
	return intake.Batch{
		ID: ids.New(noon), Target: "test.import", Kind: intake.Events, Sender: sender, FileName: "6月.csv", Digest: strings.Repeat(digest, 64), Bytes: 5_000_000_000,
		State: intake.Queued, Received: noon, Stage: intake.StageApply, At: intake.Position{Offset: 7, Line: 2},
		Layout:  intake.Layout{Format: "csv", Encoding: "GB18030", Delimiter: "|", Columns: []string{"姓", "x"}, Start: intake.Position{Offset: 7, Line: 2}, Detail: []byte(`{"crlf":true}`)},
		Reasons: map[intake.ReasonKey]int64{},
	}
}

func noHook(string) error { return nil }

// feedChunk is rows that are all refused, so that nothing else is touched.
func feedChunk(b intake.Batch, from, to int64, numbers ...int) intake.Chunk {
	c := intake.Chunk{
		BatchID: b.ID, Stage: intake.StageApply, Source: b.Source(), Rate: 12.5, Hook: noHook,
		From: intake.Position{Offset: from, Line: numbers[0] - 1}, To: intake.Position{Offset: to, Line: numbers[len(numbers)-1]},
	}
	for _, n := range numbers {
		c.Rows = append(c.Rows, intake.Row{Number: n, Raw: []byte(fmt.Sprint("canary", n)), Fault: errTorn, Column: "列"})
	}
	return c
}

func TestABatchIsKeptWhole(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		want := feedBatchOf("ga", "a")
		first, fresh, err := s.CreateFeedBatch(t.Context(), want)
		if err != nil || !fresh {
			t.Fatal(fresh, err)
		}
		if diff := cmp.Diff(want, first); diff != "" {
			t.Error(diff)
		}
		got, err := s.FeedBatch(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, err := s.FeedBatch(t.Context(), "nobody's"); !errors.Is(err, intake.ErrBatchNotFound) {
			t.Error(err)
		}
	})
}

func TestOneContentOfOneSenderIsOneBatch(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		first := feedBatchOf("ga", "a")
		for _, c := range []struct {
			name  string
			b     func(*intake.Batch)
			fresh bool
		}{
			{"the first", func(*intake.Batch) {}, true},
			{"the same again", func(*intake.Batch) {}, false},
			{"another sender", func(b *intake.Batch) { b.Sender = "GA" }, true},
			{"read in another encoding", func(b *intake.Batch) { b.Layout.Encoding = "UTF-8" }, true},
			{"a rehearsal", func(b *intake.Batch) { b.ValidateOnly = true }, true},
			{"a second rehearsal", func(b *intake.Batch) { b.ValidateOnly = true }, true},
		} {
			b := feedBatchOf("ga", "a")
			if c.name == "the first" {
				b = first
			}
			c.b(&b)
			got, fresh, err := s.CreateFeedBatch(t.Context(), b)
			if err != nil || fresh != c.fresh || !fresh && got.ID != first.ID {
				t.Errorf("%s: fresh %v, %v", c.name, fresh, err)
			}
		}
		if err := s.FinishFeedBatch(t.Context(), first.ID, intake.Failed, "FEED_FILE_LOST", noon); err != nil {
			t.Fatal(err)
		}
		if _, fresh, err := s.CreateFeedBatch(t.Context(), feedBatchOf("ga", "a")); err != nil || !fresh {
			t.Errorf("sent again after a failure: %v, %v", fresh, err)
		}
	})
}

func TestAChunkIsAppliedOnceAndWhole(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		b := feedBatchOf("ga", "a")
		if _, _, err := s.CreateFeedBatch(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		stop := errors.New("stopped")
		for _, point := range []string{"chunk.events", "chunk.outcomes", "chunk.facts"} {
			c := feedChunk(b, 7, 100, 3, 4)
			c.Hook = func(p string) error {
				if p == point {
					return stop
				}
				return nil
			}
			if err := s.ApplyFeedChunk(t.Context(), c); !errors.Is(err, stop) {
				t.Fatal(err)
			}
		}
		if got, err := s.FeedBatch(t.Context(), b.ID); err != nil || got.Counts.Received() != 0 || got.At.Offset != 7 {
			t.Fatalf("%+v, %v", got, err)
		}
		if err := s.ApplyFeedChunk(t.Context(), feedChunk(b, 7, 100, 3, 4)); err != nil {
			t.Fatal(err)
		}
		if err := s.ApplyFeedChunk(t.Context(), feedChunk(b, 7, 100, 3, 4)); !errors.Is(err, intake.ErrMoved) {
			t.Errorf("the same chunk again: %v", err)
		}
		if err := s.ApplyFeedChunk(t.Context(), feedChunk(b, 100, 200, 5)); err != nil {
			t.Fatal(err)
		}
		got, err := s.FeedBatch(t.Context(), b.ID)
		if err != nil || got.Counts[outcome.Refused] != 3 || got.At.Offset != 200 || got.At.Line != 5 || got.Rate != 12.5 {
			t.Errorf("%+v, %v", got, err)
		}
		if diff := cmp.Diff(map[intake.ReasonKey]int64{{Outcome: outcome.Refused, Reason: "TEST_ROW_TORN"}: 3}, got.Reasons); diff != "" {
			t.Error(diff)
		}
		if err := s.FinishFeedBatch(t.Context(), b.ID, intake.Succeeded, "", noon); err != nil {
			t.Fatal(err)
		}
		if err := s.ApplyFeedChunk(t.Context(), feedChunk(b, 200, 300, 6)); !errors.Is(err, intake.ErrMoved) {
			t.Errorf("a chunk of a batch that is done: %v", err)
		}
	})
}

func TestRowsArePagedAndFiltered(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		b := feedBatchOf("ga", "a")
		if _, _, err := s.CreateFeedBatch(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		c := feedChunk(b, 7, 100, 3, 4, 5, 6, 7, 8)
		c.Rows[2].Fault = errQuotes
		c.Rows[4].Fault, c.Rows[4].Item = nil, "an item"
		if err := s.ApplyFeedChunk(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		list := func(f intake.RowFilter) string {
			f.BatchID = b.ID
			var out []string
			for token := ""; ; {
				rows, next, err := s.FeedRows(t.Context(), f, page.Query{Size: 2, Token: token})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					out = append(out, fmt.Sprint(r.Number))
				}
				if token = next; next == "" {
					return strings.Join(out, " ")
				}
			}
		}
		for want, f := range map[string]intake.RowFilter{
			"3 4 5 6 7 8": {},
			"3 4 5 6 8":   {Outcomes: []outcome.Code{outcome.Refused}},
			"3 4 6 8":     {Outcomes: []outcome.Code{outcome.Refused}, Reason: "TEST_ROW_TORN"},
			"7":           {Outcomes: []outcome.Code{outcome.Created, outcome.Updated}},
			"5":           {Reason: "TEST_ROW_QUOTES"},
			"":            {Outcomes: []outcome.Code{outcome.Pending}},
		} {
			if got := list(f); got != want {
				t.Errorf("%+v: %q instead of %q", f, got, want)
			}
		}
		_, next, err := s.FeedRows(t.Context(), intake.RowFilter{BatchID: b.ID}, page.Query{Size: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.FeedRows(t.Context(), intake.RowFilter{BatchID: b.ID, Reason: "X"}, page.Query{Size: 2, Token: next}); !errors.Is(err, page.ErrToken) {
			t.Errorf("the token of another filter: %v", err)
		}
		if _, _, err := s.FeedRows(t.Context(), intake.RowFilter{BatchID: "x"}, page.Query{}); !errors.Is(err, intake.ErrBatchNotFound) {
			t.Errorf("an unknown batch: %v", err)
		}
		refused, err := s.RefusedRows(t.Context(), b.ID, 4, 2)
		if err != nil || len(refused) != 2 || string(refused[0].Raw) != "canary5" || refused[1].Number != 6 {
			t.Errorf("%+v, %v", refused, err)
		}
	})
}

func TestUnknownOutcomesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		b := feedBatchOf("ga", "d")
		if _, _, err := s.CreateFeedBatch(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		var many []outcome.Code
		for i := range 500 {
			many = append(many, outcome.Code(i))
		}
		for _, outcomes := range [][]outcome.Code{many, {0}, {8}, {-1, 7}} {
			if _, _, err := s.FeedRows(t.Context(), intake.RowFilter{BatchID: b.ID, Outcomes: outcomes}, page.Query{}); !errors.Is(err, intake.ErrOutcome) {
				t.Errorf("%d outcomes: %v", len(outcomes), err)
			}
		}
		if _, _, err := s.FeedRows(t.Context(), intake.RowFilter{BatchID: b.ID, Outcomes: many[1:8]}, page.Query{}); err != nil {
			t.Error(err)
		}
	})
}

func TestBatchesAreListedLatestFirst(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		var sent []string
		for i := range 5 {
			b := feedBatchOf(fmt.Sprint("ga", i%2), fmt.Sprint(i))
			if _, _, err := s.CreateFeedBatch(t.Context(), b); err != nil {
				t.Fatal(err)
			}
			sent = append([]string{b.ID}, sent...)
		}
		var got []string
		for token := ""; ; {
			batches, next, err := s.FeedBatches(t.Context(), "", page.Query{Size: 2, Token: token})
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range batches {
				got = append(got, b.ID)
			}
			if token = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff(sent, got); diff != "" {
			t.Error(diff)
		}
		one, _, err := s.FeedBatches(t.Context(), "ga1", page.Query{})
		if err != nil || len(one) != 2 {
			t.Errorf("%d batches of one sender, %v", len(one), err)
		}
		next, ok, err := s.NextFeedBatch(t.Context(), "")
		if err != nil || !ok || next.ID != sent[len(sent)-1] {
			t.Errorf("the next batch: %v, %v", ok, err)
		}
	})
}

// marked seals so that a test can see that it did.
type marked struct{ place string }

func (m *marked) Seal(table, row, field string, plain []byte) ([]byte, error) {
	m.place = table + "/" + row + "/" + field
	out := make([]byte, len(plain))
	for i, c := range plain {
		out[i] = c ^ 0x55
	}
	return out, nil
}

func (m *marked) Open(_, _, _ string, sealed []byte) ([]byte, error) {
	return m.Seal("", "", "", sealed)
}

func (m *marked) Index(_ string, plain []byte) []byte { return append(make([]byte, 32), plain...)[:32] }

func TestRawRowsAreStoredSealed(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		m := &marked{}
		s.seal = m
		b := feedBatchOf("ga", "a")
		if _, _, err := s.CreateFeedBatch(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if err := s.ApplyFeedChunk(t.Context(), feedChunk(b, 7, 100, 3)); err != nil {
			t.Fatal(err)
		}
		if m.place != "feed_row/"+b.ID+"/3/raw" {
			t.Errorf("sealed to %s", m.place)
		}
		var raw []byte
		if err := s.db.Read(t.Context(), func(tx *gorm.DB) error {
			return sqlstore.Query(tx, func(r *sql.Rows) error { return r.Scan(&raw) }, "SELECT raw FROM feed_row WHERE batch_id = ?", b.ID)
		}); err != nil || strings.Contains(string(raw), "canary") || len(raw) == 0 {
			t.Errorf("stored as %q, %v", raw, err)
		}
		rows, err := s.RefusedRows(t.Context(), b.ID, 0, 10)
		if err != nil || string(rows[0].Raw) != "canary3" {
			t.Errorf("%v", err)
		}
	})
}

func TestErrorsOfAChunkAreToldFromErrorsElsewhere(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{changefeed.ErrTooMany, true},
		{&sqlstore.DriverError{Engine: sqlstore.MySQL, Number: 1406}, true},
		{&sqlstore.DriverError{Engine: sqlstore.MySQL, Number: 2013}, false},
		{&sqlstore.DriverError{Engine: sqlstore.SQLite, Number: 19 | 5<<8}, true},
		{&sqlstore.DriverError{Engine: sqlstore.SQLite, Number: 13}, false}, // the disk is full
		{sqlstore.ErrOffline, false},
		{sqlstore.ErrBusy, false},
		{intake.ErrMoved, false},
		{errQuotes, true},
	} {
		if got := errors.Is(chunkError(c.err), intake.ErrChunk); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
	if chunkError(nil) != nil {
		t.Error("no error became one")
	}
}
