package immunization_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/genproto/googleapis/type/date"
	"gorm.io/gorm"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"
	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/services/immunization"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/recordintake/recordintaketest"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// Invented people of division 99….
const (
	numberA = "990101199006300058"
	numberB = "990101202308310029"
	unitID  = "01J00000000000000000000091"
)

// world is an immunization service that takes files, on 2026-06-30.
type world struct {
	recordintaketest.World
	db     *sqlstore.DB
	people *recordintaketest.People
	clock  *testkit.Clock
	dir    string
	log    *zap.Logger
}

func newImports(t *testing.T, db *sqlstore.DB) *world {
	w := &world{db: db, people: &recordintaketest.People{}, clock: testkit.NewClock(civil.Must("2026-06-30")), dir: t.TempDir(), log: zap.NewNop()}
	sealer, err := seal.NewAES(bytes.Repeat([]byte{'i'}, 32), seal.Key{Version: 1, Secret: bytes.Repeat([]byte{'k'}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	w.people.SetUnits(recordintake.Unit{ID: unitID, Name: "东街接种门诊"}, recordintake.Unit{ID: unitID[:25] + "2", Name: "卫生室"}, recordintake.Unit{ID: unitID[:25] + "3", Name: "卫生室"})
	w.World = recordintaketest.World{T: t, Serve: testkit.Serve, Build: func(hooks func(string) error) recordintaketest.Service {
		svc, err := immunization.New(immunization.Deps{
			DB: db, Now: w.clock.Now, Log: w.log, Import: recordintake.Settings{SpoolDir: w.dir, Sealer: sealer, Registry: w.people}, Hooks: hooks,
		})
		if err != nil {
			t.Fatal(err)
		}
		return svc
	}}
	return w
}

func eachImports(t *testing.T, test func(t *testing.T, w *world)) {
	testkit.EachEngine(t, immunization.Migrations(), func(t *testing.T, db *sqlstore.DB) { test(t, newImports(t, db)) })
}

func doses(sender string) *intakev1.ImportHeader {
	return &intakev1.ImportHeader{Kind: "doses", Sender: sender, FileName: "doses.csv"}
}

// retry tries waiting rows again, as a restarted process would.
func (w *world) retry() {
	w.T.Helper()
	if _, err := w.Build(nil).Imports().Retry(w.T.Context()); err != nil {
		w.T.Fatal(err)
	}
}

// said is every live dose.
func (w *world) said() []string {
	w.T.Helper()
	return w.lines("SELECT resident_id, on_date, product, lot_number, unit_id FROM dose WHERE deleted = 0 ORDER BY resident_id, on_date, product")
}

func (w *world) lines(query string) (out []string) {
	w.T.Helper()
	err := w.db.Read(w.T.Context(), func(tx *gorm.DB) error {
		var rows []map[string]any
		err := tx.Raw(query).Scan(&rows).Error
		for _, r := range rows {
			out = append(out, fmt.Sprint(r["resident_id"], " ", r["on_date"], " ", r["product"], " ", r["lot_number"], " ", r["unit_id"]))
		}
		return err
	})
	if err != nil {
		w.T.Fatal(err)
	}
	return out
}

// head is how many changes the feed has.
func (w *world) head() (n int) {
	w.T.Helper()
	if err := w.db.Read(w.T.Context(), func(tx *gorm.DB) error { return tx.Raw("SELECT head FROM feed_head").Scan(&n).Error }); err != nil {
		w.T.Fatal(err)
	}
	return n
}

func TestDosesOfAFileEndInOneOutcomeEach(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		w.people.Know(numberA, resident)
		b := w.Load(doses("cdc"), "记录编号,公民身份号码,姓名,接种日期,疫苗名称,疫苗批号,接种部位,接种单位\n"+
			"1,"+numberA+",甲,2026-01-05,HepB,L1,左上臂,东街接种门诊\n"+
			"2,"+numberA+",甲,20260205,0401,L2,RA,\n"+
			"3,"+numberA+",甲,2026年3月5日,麻腮风,L3,,\n"+
			"4,"+numberB+",乙,2026-01-05,HepB,L4,,\n"+
			"5,"+numberA+",甲,2026-01-05,HepB,L1,,\n"+
			"6,"+numberA+",甲,2026-02-30,HepB,,,\n"+
			"7,"+numberA+",甲,2026-07-01,HepB,,,\n"+
			"8,1.1E+17,甲,2026-01-05,HepB,,,\n"+
			"9,"+numberA+",甲,2026-04-05,HepB,,鼻,\n"+
			"10,"+numberA+",甲,2026-05-05,HepA-L,,,卫生室\n"+
			"11,,甲,2026-05-05,HepA-L,,,\n")
		want := []string{
			"2 CREATED", "3 CREATED", "4 REFUSED IMPORT_VALUE_INVALID 疫苗名称", "5 PENDING IMPORT_PERSON_UNKNOWN 公民身份号码 now PENDING", "6 DUPLICATE",
			"7 REFUSED DATE_IMPOSSIBLE 接种日期", "8 REFUSED IMPORT_DATE_FUTURE 接种日期", "9 REFUSED NUMBER_DAMAGED_BY_EXCEL 公民身份号码",
			"10 REFUSED IMPORT_VALUE_INVALID 接种部位", "11 NEEDS_REVIEW UNIT_UNKNOWN 接种单位", "12 REFUSED IMPORT_PERSON_MISSING 公民身份号码",
		}
		if diff := cmp.Diff(want, w.Rows(b)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{
			resident + " 20260105 HepB L1 " + unitID, resident + " 20260205 DTaP L2 ", resident + " 20260505 HepA-L  ",
		}, w.said()); diff != "" {
			t.Error(diff)
		}
		if b.GetStillPending() != 1 || b.GetCounts().GetReceived() != 11 {
			t.Errorf("%v", b)
		}
	})
}

func TestARowWaitsUntilItsPersonIsKnown(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		b := w.Load(doses("cdc"), "公民身份号码,接种日期,疫苗\n"+numberA+",2026-01-05,MMR\n"+numberB+",2026-01-05,MMR\n")
		w.people.Know(numberA, resident)
		w.retry()
		if len(w.said()) != 0 {
			t.Error("tried before its time")
		}
		w.clock.Advance(2 * time.Minute)
		w.retry()
		if diff := cmp.Diff([]string{resident + " 20260105 MMR  "}, w.said()); diff != "" {
			t.Error(diff)
		}
		want := []string{"2 PENDING IMPORT_PERSON_UNKNOWN 公民身份号码 now CREATED", "3 PENDING IMPORT_PERSON_UNKNOWN 公民身份号码 now PENDING"}
		if diff := cmp.Diff(want, w.Rows(b)); diff != "" {
			t.Error(diff)
		}
		asked := w.people.Asked
		w.clock.Advance(time.Minute)
		w.retry()
		if w.people.Asked != asked {
			t.Error("no backoff: asked again after a minute")
		}
		if got := w.Batch("doses", b.GetBatchId()).GetStillPending(); got != 1 {
			t.Errorf("%d rows wait still", got)
		}
		if got := w.Withdraw(b); got.GetState() != intakev1.ImportBatchState_IMPORT_BATCH_STATE_WITHDRAWN || len(w.said()) != 0 {
			t.Errorf("withdrawn: %v %v", got.GetState(), w.said())
		}
		w.people.Know(numberB, sibling)
		w.clock.Advance(24 * time.Hour)
		w.retry()
		if len(w.said()) != 0 {
			t.Error("a withdrawn row was applied")
		}
	})
}

func TestARegistryThatIsAwayHoldsTheRowsUp(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	w.people.Know(numberA, resident)
	if _, err := w.Send(doses("cdc"), "公民身份号码,接种日期,疫苗\n"+numberA+",2026-01-05,MMR\n"); err != nil {
		t.Fatal(err)
	}
	w.people.Away(errors.New("away"))
	tries := 0
	if err := w.Run(func(point string) error {
		if point == "chunk.read" {
			if tries++; tries == 2 {
				w.people.Away(nil)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if tries != 2 || len(w.said()) != 1 {
		t.Errorf("%d tries: %v", tries, w.said())
	}
}

func TestTheSameRowsAgainChangeNothing(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		w.people.Know(numberA, resident)
		rows := "1," + numberA + ",2026-01-05,HepB,L1\n2," + numberA + ",2026-02-05,HepB,L2\n"
		const head = "记录编号,公民身份号码,接种日期,疫苗,批号\n"
		first := w.Load(doses("cdc"), head+rows)
		same, err := w.Send(doses("cdc"), head+rows)
		if err != nil || same.GetBatchId() != first.GetBatchId() {
			t.Errorf("the same file is another batch: %v %v", same, err)
		}
		before := w.said()
		again := w.Load(doses("cdc"), head+rows+"\n")
		if diff := cmp.Diff([]string{"2 DUPLICATE", "3 DUPLICATE"}, w.Rows(again)); diff != "" {
			t.Error(diff)
		}
		// Without numbers, and spelt otherwise: the same doses.
		other := w.Load(doses("hospital"), "身份证号,接种时间,疫苗名称\n"+numberA+",2026/1/5,0201\n"+numberA+",20260205,乙肝\n"+numberA+",20260205,HepB\n")
		if diff := cmp.Diff([]string{"2 DUPLICATE", "3 REFUSED IMPORT_VALUE_INVALID 疫苗名称", "4 DUPLICATE"}, w.Rows(other)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(before, w.said()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCorrectionsMayComeInAnyOrder(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		w.people.Know(numberA, resident)
		w.people.Know(numberB, sibling)
		const head = "记录编号,更新时间,公民身份号码,接种日期,疫苗,批号\n"
		w.Load(doses("cdc"), head+"1,2026-03-01,"+numberA+",2026-01-05,HepB,right\n")
		old := w.Load(doses("cdc"), head+"1,2026-02-01,"+numberA+",2026-01-05,HepB,wrong\n")
		if diff := cmp.Diff([]string{"2 UNCHANGED"}, w.Rows(old)); diff != "" {
			t.Error(diff)
		}
		later := w.Load(doses("cdc"), head+"1,2026-04-01,"+numberA+",2026-01-06,HepB,right\n")
		if diff := cmp.Diff([]string{"2 UPDATED"}, w.Rows(later)); diff != "" {
			t.Error(diff)
		}
		// It was another child's.
		moved := w.Load(doses("cdc"), head+"1,2026-05-01,"+numberB+",2026-01-06,HepB,right\n")
		if diff := cmp.Diff([]string{"2 UPDATED"}, w.Rows(moved)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{sibling + " 20260106 HepB right "}, w.said()); diff != "" {
			t.Error(diff)
		}
		w.Withdraw(moved)
		w.Withdraw(later)
		if diff := cmp.Diff([]string{resident + " 20260105 HepB right "}, w.said()); diff != "" {
			t.Errorf("after withdrawals: %s", diff)
		}
	})
}

func TestAWithdrawalLeavesWhatOthersConfirmed(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		w.people.Know(numberA, resident)
		const head = "公民身份号码,接种日期,疫苗\n"
		first := w.Load(doses("cdc"), head+numberA+",2026-01-05,HepB\n"+numberA+",2026-02-05,HepB\n"+numberA+",2026-03-05,HepB\n")
		w.Load(doses("hospital"), head+numberA+",2026-02-05,HepB\n")
		client := immunizationv1.NewImmunizationServiceClient(testkit.Serve(t, w.Build(nil).Register))
		list, err := client.ListDoses(t.Context(), &immunizationv1.ListDosesRequest{ResidentId: resident})
		if err != nil {
			t.Fatal(err)
		}
		edited := list.GetDoses()[2]
		edited.LotNumber = "by hand"
		if _, err := client.UpdateDose(t.Context(), &immunizationv1.UpdateDoseRequest{Dose: edited}); err != nil {
			t.Fatal(err)
		}
		changes := w.head()
		got := w.Withdraw(first)
		if got.GetWithdrawnRows() != 3 || got.GetCounts().GetCreated() != 3 {
			t.Errorf("%v", got)
		}
		if diff := cmp.Diff([]string{resident + " 20260205 HepB  ", resident + " 20260305 HepB by hand "}, w.said()); diff != "" {
			t.Error(diff)
		}
		if n := w.head(); n != changes+1 {
			t.Errorf("%d changes for one voided dose", n-changes)
		}
		again := w.Load(doses("cdc"), head+numberA+",2026-01-05,HepB\n"+numberA+",2026-02-05,HepB\n"+numberA+",2026-03-05,HepB\n")
		if diff := cmp.Diff([]string{"2 CREATED", "3 DUPLICATE", "4 DUPLICATE"}, w.Rows(again)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatSomebodyDecidedByHandStays(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		w.people.Know(numberA, resident)
		client := immunizationv1.NewImmunizationServiceClient(testkit.Serve(t, w.Build(nil).Register))
		if _, err := client.CreateDose(t.Context(), &immunizationv1.CreateDoseRequest{Dose: dose(resident, "MMR", &date.Date{Year: 2026, Month: 6, Day: 1})}); err != nil {
			t.Fatal(err)
		}
		const head = "记录编号,公民身份号码,接种日期,疫苗,批号\n"
		w.Load(doses("cdc"), head+"1,"+numberA+",2026-01-05,HepB,L1\n2,"+numberA+",2026-02-05,HepB,L2\n3,"+numberA+",2026-06-01,MMR,\n")
		list, err := client.ListDoses(t.Context(), &immunizationv1.ListDosesRequest{ResidentId: resident})
		if err != nil {
			t.Fatal(err)
		}
		edited := list.GetDoses()[0]
		edited.LotNumber = "by hand"
		if _, err := client.UpdateDose(t.Context(), &immunizationv1.UpdateDoseRequest{Dose: edited}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.DeleteDose(t.Context(), &immunizationv1.DeleteDoseRequest{DoseId: list.GetDoses()[1].GetDoseId(), Etag: "1"}); err != nil {
			t.Fatal(err)
		}
		before := w.said()
		b := w.Load(doses("cdc"), head+"1,"+numberA+",2026-01-05,HepB,X\n2,"+numberA+",2026-02-05,HepB,X\n3,"+numberA+",2026-06-01,MMR,X\n")
		want := []string{"2 NEEDS_REVIEW IMPORT_RECORD_EDITED", "3 NEEDS_REVIEW IMPORT_RECORD_VOIDED", "4 NEEDS_REVIEW IMPORT_RECORD_FOREIGN"}
		if diff := cmp.Diff(want, w.Rows(b)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(before, w.said()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAMergedResidentCountsAsTheSurvivor(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	err := w.db.Write(t.Context(), func(tx *gorm.DB) error {
		return residentlink.Put(tx, residentlink.Link{Linked: sibling, Into: resident, Version: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.people.Know(numberA, resident)
	w.Load(doses("cdc"), "公民身份号码,接种日期,疫苗\n"+numberA+",2026-01-05,HepB\n")
	b := w.Load(doses("cdc"), "居民标识,接种日期,疫苗\n"+sibling+",2026-01-05,HepB\n"+sibling+",2026-02-05,HepB\n")
	if diff := cmp.Diff([]string{"2 DUPLICATE", "3 CREATED"}, w.Rows(b)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{resident + " 20260105 HepB  ", resident + " 20260205 HepB  "}, w.said()); diff != "" {
		t.Error(diff)
	}
}

func TestRejectsComeBackAndAreAcceptedWhenPutRight(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	w.people.Know(numberA, resident)
	b := w.Load(doses("cdc"), "公民身份号码,接种日期,疫苗\n"+numberA+",2026-01-35,HepB\n"+numberA+",2026-01-05,MMR\n")
	file := w.Rejects(b)
	if !strings.Contains(file, "DATE_IMPOSSIBLE") || strings.Contains(file, "MMR") {
		t.Fatal(file)
	}
	right := w.Load(doses("cdc"), strings.Replace(file, "2026-01-35", "2026-01-25", 1))
	if diff := cmp.Diff([]string{"2 CREATED"}, w.Rows(right)); diff != "" {
		t.Error(diff)
	}
}

func TestKilledAnywhereAnImportEndsAsIfUndisturbed(t *testing.T) {
	var file strings.Builder
	file.WriteString("记录编号,公民身份号码,接种日期,疫苗,批号\n")
	r := rand.New(rand.NewPCG(3, 3))
	products := []string{"HepB", "MMR", "BCG", "DTaP"}
	for i := range 4000 {
		who := []string{numberA, numberB, "990101201910010032"}[r.IntN(3)]
		fmt.Fprintf(&file, "%d,%s,%s,%s,L%d\n", i/2*(1+r.IntN(2)), who, civil.Must("2020-01-01").AddDays(r.IntN(2000)), products[r.IntN(4)], r.IntN(3))
	}
	fill := func(w *world, kill func(string) error) int {
		w.people.Know(numberA, resident)
		w.people.Know(numberB, sibling)
		b, err := w.Send(doses("cdc"), file.String())
		if err != nil {
			t.Fatal(err)
		}
		kills := 0
		for {
			err := w.Run(kill)
			if err == nil {
				break
			}
			if !errors.Is(err, recordintaketest.ErrKilled) {
				t.Fatal(err)
			}
			kills++
		}
		w.Batch("doses", b.GetBatchId())
		return kills
	}
	const query = "SELECT outcome AS resident_id, row_no AS on_date, reason AS product, column_name AS lot_number, event_id AS unit_id FROM feed_row ORDER BY row_no"
	whole := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	fill(whole, nil)
	if n := len(whole.said()); n < 500 {
		t.Fatalf("only %d doses", n)
	}
	eachImports(t, func(t *testing.T, w *world) {
		k := rand.New(rand.NewPCG(5, 5))
		kills := fill(w, func(string) error {
			if k.IntN(5) == 0 {
				return recordintaketest.ErrKilled
			}
			return nil
		})
		if kills < 3 {
			t.Errorf("only %d kills", kills)
		}
		if diff := cmp.Diff(whole.said(), w.said()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(whole.lines(query), w.lines(query)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFilesAreRefusedForAReason(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	const good = "公民身份号码,接种日期,疫苗\n" + numberA + ",2026-01-05,MMR\n"
	for _, c := range []struct {
		name   string
		h      *intakev1.ImportHeader
		file   string
		reason string
	}{
		{"a kind of another service", &intakev1.ImportHeader{Kind: "archives", Sender: "cdc"}, good, "IMPORT_KIND_UNKNOWN"},
		{"no header", nil, good, "FEED_HEADER_INVALID"},
		{"a bad sender", doses("a b"), good, "IMPORT_SENDER_INVALID"},
		{"a missing column", doses("cdc"), "公民身份号码,疫苗\n" + numberA + ",MMR\n", "FEED_COLUMNS_UNKNOWN"},
		{"a column twice", doses("cdc"), "公民身份号码,接种日期,接种时间,疫苗\n" + numberA + ",2026-01-05,2026-01-05,MMR\n", "FEED_COLUMN_TWICE"},
		{"a default unit that is not known", &intakev1.ImportHeader{Kind: "doses", Sender: "cdc", DefaultUnitId: resident}, good, "UNIT_UNKNOWN"},
		{"a mapping to a field that is not known", &intakev1.ImportHeader{Kind: "doses", Sender: "cdc", Mapping: &intakev1.ImportMapping{
			Columns: []*intakev1.ImportColumnMapping{{Column: "日子", Field: "dose_day"}},
		}}, good, "FEED_PROFILE_INVALID"},
	} {
		if _, err := w.Send(c.h, c.file); recordintaketest.Reason(err) != c.reason {
			t.Errorf("%s: %v", c.name, recordintaketest.Reason(err))
		}
	}
}

func TestWithoutARegistryOnlyIdentifiersAreTaken(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	build := w.Build
	w.Build = func(hooks func(string) error) recordintaketest.Service {
		_ = build
		sealer, err := seal.NewPlain(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		svc, err := immunization.New(immunization.Deps{DB: w.db, Now: w.clock.Now, Import: recordintake.Settings{SpoolDir: w.dir, Sealer: sealer}, Hooks: hooks})
		if err != nil {
			t.Fatal(err)
		}
		return svc
	}
	if _, err := w.Send(doses("cdc"), "公民身份号码,接种日期,疫苗\n"+numberA+",2026-01-05,MMR\n"); recordintaketest.Reason(err) != "IMPORT_PERSONS_UNAVAILABLE" {
		t.Error(err)
	}
	b := w.Load(doses("cdc"), "居民标识,接种日期,疫苗\n"+resident+",2026-01-05,MMR\n")
	if diff := cmp.Diff([]string{"2 CREATED"}, w.Rows(b)); diff != "" {
		t.Error(diff)
	}
}

func TestASendersOwnNamesAndWordsAreMapped(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	w.people.Know(numberA, resident)
	h := doses("cdc")
	h.DefaultUnitId = unitID
	h.Mapping = &intakev1.ImportMapping{
		DateFormat: "dd/MM/yyyy",
		Columns:    []*intakev1.ImportColumnMapping{{Column: "哪天", Field: "dose_date"}, {Column: "打的什么", Field: "product"}},
		Words:      []*intakev1.ImportWordMapping{{Field: "product", Word: "乙肝", Code: "HepB"}},
	}
	b := w.Load(h, "身份证号,哪天,打的什么\n"+numberA+",05/01/2026,乙肝\n"+numberB+",05/02/2026,乙肝\n")
	w.people.Know(numberB, sibling)
	w.clock.Advance(2 * time.Minute)
	w.retry()
	if diff := cmp.Diff([]string{resident + " 20260105 HepB  " + unitID, sibling + " 20260205 HepB  " + unitID}, w.said()); diff != "" {
		t.Error(diff, w.Rows(b))
	}
}

func TestARehearsalAndAPreviewChangeNothing(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	w.people.Know(numberA, resident)
	const file = "公民身份号码,接种日期,疫苗\n" + numberA + ",2026-01-05,MMR\n" + numberA + ",2026-01-05,MMR\n"
	h := doses("cdc")
	h.ValidateOnly = true
	b := w.Load(h, file)
	if diff := cmp.Diff([]string{"2 CREATED", "3 DUPLICATE"}, w.Rows(b)); diff != "" {
		t.Error(diff)
	}
	stream, err := w.Client().PreviewImport(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Send(&intakev1.PreviewImportRequest{Header: doses("cdc"), Data: []byte(file)}); err != nil {
		t.Fatal(err)
	}
	p, err := stream.CloseAndRecv()
	if err != nil || len(p.GetRows()) != 2 || p.GetColumns()[0].GetField() != "citizen_number" || p.GetColumns()[0].GetSamples()[0] != "***" {
		t.Errorf("%v %v", p, err)
	}
	if got := w.lines("SELECT batch_id AS resident_id FROM record_import_row"); len(got)+len(w.said()) != 0 {
		t.Error("something was written")
	}
}

func TestNoIdentityNumberStandsInTheClear(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		var log bytes.Buffer
		w.log = zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&log), zap.DebugLevel))
		w.people.Know(numberA, resident)
		// Some systems make their record numbers of the person's number.
		w.Load(doses("cdc"), "记录编号,公民身份号码,接种日期,疫苗,批号\n"+numberA+"-1,"+numberA+",2026-01-05,MMR,\n"+numberB+"-1,"+numberB+",2026-01-05,MMR,\n"+
			numberA+"-2,"+numberA+",2026-01-35,MMR,\n")
		w.clock.Advance(time.Hour)
		w.retry()
		for _, table := range []string{"record_import", "record_import_row", "feed_batch", "feed_row", "dose", "feed_change"} {
			var rows []map[string]any
			err := w.db.Read(t.Context(), func(tx *gorm.DB) error { return tx.Table(table).Find(&rows).Error })
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				for column, v := range r {
					text := fmt.Sprint(v)
					if b, ok := v.([]byte); ok {
						text = string(b)
					}
					if strings.Contains(text, numberA) || strings.Contains(text, numberB) {
						t.Errorf("%s.%s holds a number in the clear", table, column)
					}
				}
			}
		}
		if strings.Contains(log.String(), "99010119") || strings.Contains(log.String(), "99010120") {
			t.Error("the log holds a number")
		}
	})
}
