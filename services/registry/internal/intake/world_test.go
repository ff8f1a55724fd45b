package intake_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
	"gorm.io/gorm"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intake/rows"
	"xinju.dev/services/platform/intakestore"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/facts"
	residence "xinju.dev/services/registry/internal/intake"
	"xinju.dev/services/registry/internal/store"
	"xinju.dev/services/testkit"
)

var sets = []migrate.Set{store.Migrations(), intakestore.Migrations(), changefeed.Migrations(), idempotency.Migrations()}

// world is a registry's database and the folder of received files: what
// survives when the process dies.
type world struct {
	t      testing.TB
	db     *sqlstore.DB
	events *store.SQL
	store  *intakestore.SQL
	sealer seal.Sealer
	dir    string
	rows   int       // of a chunk
	at     time.Time // the clock; zero for noon
}

const village, village2 = "990101001001", "990101001002"

func newWorld(t testing.TB, db *sqlstore.DB) *world {
	t.Helper()
	sealer, err := seal.NewPlain(bytes.Repeat([]byte{'k'}, 32))
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(db, sealer, store.Encoders{Person: facts.Person, Flagged: facts.Flagged, Stay: facts.Stay, Permit: facts.Permit, Link: facts.Link, Division: facts.Division, Unit: facts.Unit})
	if err := s.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = s.CreateDivisions(t.Context(), record.Request{}, []core.Division{
		{Code: "990000000000", Name: "虚构省", Level: core.Province},
		{Code: "990100000000", Name: "虚构市", Level: core.Prefecture, Parent: "990000000000"},
		{Code: "990101000000", Name: "虚构县", Level: core.County, Parent: "990100000000"},
		{Code: "990101001000", Name: "东街道", Level: core.Township, Parent: "990101000000"},
		{Code: village, Name: "一村", Level: core.Village, Parent: "990101001000"},
		{Code: village2, Name: "二村", Level: core.Village, Parent: "990101001000"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, db: db, events: s, store: intakestore.New(db, sealer, s), sealer: sealer, dir: t.TempDir(), rows: 20}
}

func newSQLiteWorld(t testing.TB) *world { return newWorld(t, testkit.SQLite(t, sets...)) }

func eachWorld(t *testing.T, test func(t *testing.T, w *world)) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) { test(t, newWorld(t, db)) })
}

var noon = time.Date(2025, 6, 30, 4, 0, 0, 0, time.UTC)

func (w *world) now() time.Time {
	if w.at.IsZero() {
		return noon
	}
	return w.at
}

func (w *world) deps() intake.Deps {
	return intake.Deps{
		Store: w.store, Senders: w.store, Lists: w.store, Withdraw: w.events, Profiles: w.store, Targets: []intake.Target{residence.Residence{}}, Format: rows.Files{TempDir: w.dir},
		Sealer: w.sealer, SpoolDir: w.dir, Now: w.now, Log: zap.NewNop(),
	}
}

// process is one life of the intake over the world.
func (w *world) process(s intake.Store, hooks func(string) error) *intake.Intake {
	w.t.Helper()
	d := w.deps()
	d.Store, d.Hooks, d.ChunkRows = s, hooks, w.rows
	in, err := intake.New(d)
	if err != nil {
		w.t.Fatal(err)
	}
	return in
}

func parts(file []byte, size int) func() ([]byte, error) {
	return func() ([]byte, error) {
		if len(file) == 0 {
			return nil, io.EOF
		}
		n := min(size, len(file))
		part := file[:n]
		file = file[n:]
		return part, nil
	}
}

func (w *world) receive(h intake.Header, file []byte) (intake.Batch, error) {
	return w.process(w.store, nil).Receive(w.t.Context(), h, parts(file, 4096))
}

var errKilled = errors.New("killed")

// patience bounds how long a test waits for a worker.
const patience = 3 * time.Minute

// run applies what is queued until the worker itself finds nothing left. kill,
// when given, is asked at every named point and ends this life of the process
// there.
func (w *world) run(kill func(point string) error) error {
	w.t.Helper()
	return w.runOver(w.store, kill)
}

func (w *world) runOver(s intake.Store, kill func(point string) error) error {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), patience)
	defer stop()
	err := w.process(s, func(point string) error {
		if kill != nil {
			if err := kill(point); err != nil {
				return err
			}
		}
		if point == "worker.idle" {
			stop()
		}
		return nil
	}).Run(ctx, func() {})
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// load receives a file and applies it.
func (w *world) load(h intake.Header, file []byte) intake.Batch {
	w.t.Helper()
	b, err := w.receive(h, file)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.run(nil); err != nil {
		w.t.Fatal(err)
	}
	return w.batch(b.ID)
}

func (w *world) batch(id string) intake.Batch {
	w.t.Helper()
	b, err := w.store.FeedBatch(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// spooled lists the files that are kept.
func (w *world) spooled() []string {
	w.t.Helper()
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if e.Name() != "spool.id" {
			names = append(names, e.Name())
		}
	}
	return names
}

// dump is everything the database says, without the identifiers that are made
// at random: a resident is called by the first of its events.
func (w *world) dump() []string {
	w.t.Helper()
	names := map[string]string{"": ""}
	for _, r := range w.query("SELECT resident_id, sender, event_id FROM event WHERE resident_id <> '' ORDER BY sender DESC, event_id DESC") {
		names[r[0]] = r[1] + "/" + r[2]
	}
	batches := map[string]string{"": ""}
	for i, r := range w.query("SELECT batch_id FROM feed_batch ORDER BY batch_id") {
		batches[r[0]] = fmt.Sprint("batch ", i+1)
	}
	var out []string
	for table, query := range map[string]string{
		"batch":    "SELECT batch_id, '', sender, state, failure, stage, next_offset, next_line, counts, reasons FROM feed_batch",
		"raw":      "SELECT batch_id, '', row_no, HEX(raw) FROM feed_row WHERE raw IS NOT NULL",
		"event":    "SELECT batch_id, resident_id, sender, event_id, HEX(digest), batch_row FROM event",
		"resident": "SELECT '', resident_id, known, sex, birth, death, flags, HEX(digest), HEX(person) FROM resident",
		"stay":     "SELECT '', resident_id, stay_id, division, arrived, registered, left_on, reason, HEX(body) FROM stay",
		"permit":   "SELECT '', resident_id, permit_id, HEX(body) FROM permit",
		"document": "SELECT '', resident_id, HEX(document_index) FROM document WHERE resident_id <> ''",
		"head":     "SELECT '', '', head FROM feed_head",
	} {
		for _, r := range w.query(query) {
			r[0], r[1] = batches[r[0]], names[r[1]]
			out = append(out, table+": "+strings.Join(r, " | "))
		}
	}
	for id, name := range batches {
		for _, r := range w.resultsOf(id) {
			out = append(out, fmt.Sprintln("row:", name, r.Number, r.Outcome, r.Reason, r.Column, r.EventID, names[r.ResidentID]))
		}
	}
	for _, f := range w.changes() {
		out = append(out, fmt.Sprintf("change: %s | %d | %v | %X", names[f.ResidentID], f.Kind, f.Deleted, lasting(f)))
	}
	slices.Sort(out)
	return out
}

// changes are the facts of the feed that concern residents.
func (w *world) changes() (out []changefeed.Fact) {
	w.t.Helper()
	for at := int64(0); ; {
		p, err := changefeed.Read(w.t.Context(), w.db, "", at, changefeed.MaxLimit)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, c := range p.Changes {
			if at = c.Position; c.Fact.ResidentID != "" {
				out = append(out, c.Fact)
			}
		}
		if at >= p.Head.Position {
			return out
		}
	}
}

// results are the outcomes of all rows of all batches.
func (w *world) results() (out []intake.RowResult) {
	w.t.Helper()
	for _, b := range w.query("SELECT batch_id FROM feed_batch ORDER BY batch_id") {
		out = append(out, w.resultsOf(b[0])...)
	}
	return out
}

func (w *world) resultsOf(batchID string) []intake.RowResult {
	w.t.Helper()
	list, err := w.store.ResultsFrom(w.t.Context(), batchID, 0, math.MaxInt32)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func (w *world) query(query string) (out [][]string) {
	w.t.Helper()
	err := w.db.Read(w.t.Context(), func(tx *gorm.DB) error {
		out = nil
		return sqlstore.Query(tx, func(rows *sql.Rows) error {
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			cells := make([]sql.NullString, len(columns))
			into := make([]any, len(columns))
			for i := range cells {
				into[i] = &cells[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			row := make([]string, len(columns))
			for i, c := range cells {
				row[i] = c.String
			}
			out = append(out, row)
			return nil
		}, query)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

const header = "事件编号,事件类型,生效日期,公民身份号码,姓名,性别,居住地区划,居住地址,来本地日期,联系电话,居住证有效期止,被更正事件编号"

func citizen(n int) string {
	body := fmt.Sprintf("990101%08d%03d", civil.Must("1980-01-01").AddDays(n/400).YYYYMMDD(), n%400+1)
	for _, check := range "0123456789X" {
		if _, err := ident.ParseCitizen(body + string(check)); err == nil {
			return body + string(check)
		}
	}
	return ""
}

// randomFile is a file of n rows about few people: arrivals, moves, departures,
// permits, corrections, repeated rows, and rows that are wrong in every way.
func randomFile(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	lines := []string{header}
	date := func() string { return civil.Must("2024-01-01").AddDays(r.IntN(540)).String() }
	for i := range n {
		person := r.IntN(n/3 + 1)
		c := []string{fmt.Sprintf("E%05d", i), "居住登记", date(), citizen(person), "王小明", "", village, fmt.Sprintf("幸福路%d号，２栋", person), "", "13800000000", "", ""}
		switch r.IntN(16) {
		case 0:
			c[1], c[6] = "地址变更", village2
		case 1:
			c[1], c[6], c[7] = "注销", "", ""
		case 2:
			c[1], c[10] = "居住证签发", "2027-01-01"
		case 3:
			c[1], c[11] = "更正", fmt.Sprintf("E%05d", r.IntN(n))
		case 4:
			c[1], c[11] = "撤销", fmt.Sprintf("E%05d", r.IntN(n))
		case 5:
			if len(lines) > 1 {
				lines = append(lines, lines[1+r.IntN(len(lines)-1)])
			}
			continue
		case 6:
			c[2] = "2025-02-30"
		case 7:
			c[3] = "9.90101E+17"
		case 8:
			c[6] = "990101999999"
		case 9:
			c[4] = "王?明"
		case 10:
			c = c[:7]
		case 11:
			c[0] = ""
		}
		lines = append(lines, strings.Join(c, ","))
	}
	return []byte(strings.Join(lines, "\r\n") + "\r\n")
}

func removeFile(w *world, id string) error { return os.Remove(filepath.Join(w.dir, id)) }

// lasting is what a fact says without the identifiers that are made at random.
func lasting(f changefeed.Fact) []byte {
	if f.Kind == int32(feedv1.FactKind_FACT_KIND_LINK) {
		return nil
	}
	return f.Body
}
