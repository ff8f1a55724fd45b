package immunization_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"gorm.io/gorm"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/services/immunization"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/recordintake/recordintaketest"
	"xinju.dev/services/platform/residentlink"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/testkit"
)

func TestDosesOfAFileEndInOneOutcomeEach(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		w.People.Know(numberA, resident)
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
		w.People.Know(numberA, resident)
		w.Retry()
		if len(w.said()) != 0 {
			t.Error("tried before its time")
		}
		w.Clock.Advance(2 * time.Minute)
		w.Retry()
		if diff := cmp.Diff([]string{resident + " 20260105 MMR  "}, w.said()); diff != "" {
			t.Error(diff)
		}
		want := []string{"2 PENDING IMPORT_PERSON_UNKNOWN 公民身份号码 now CREATED", "3 PENDING IMPORT_PERSON_UNKNOWN 公民身份号码 now PENDING"}
		if diff := cmp.Diff(want, w.Rows(b)); diff != "" {
			t.Error(diff)
		}
		asked := w.People.Asked
		w.Clock.Advance(time.Minute)
		w.Retry()
		if w.People.Asked != asked {
			t.Error("no backoff: asked again after a minute")
		}
		if got := w.Batch("doses", b.GetBatchId()).GetStillPending(); got != 1 {
			t.Errorf("%d rows wait still", got)
		}
		if got := w.Withdraw(b); got.GetState() != intakev1.ImportBatchState_IMPORT_BATCH_STATE_WITHDRAWN || len(w.said()) != 0 {
			t.Errorf("withdrawn: %v %v", got.GetState(), w.said())
		}
		w.People.Know(numberB, sibling)
		w.Clock.Advance(24 * time.Hour)
		w.Retry()
		if len(w.said()) != 0 {
			t.Error("a withdrawn row was applied")
		}
	})
}

func TestARegistryThatIsAwayHoldsTheRowsUp(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	w.People.Know(numberA, resident)
	if _, err := w.Send(doses("cdc"), "公民身份号码,接种日期,疫苗\n"+numberA+",2026-01-05,MMR\n"); err != nil {
		t.Fatal(err)
	}
	w.People.Away(errors.New("away"))
	tries := 0
	if err := w.Run(func(point string) error {
		if point == "chunk.read" {
			if tries++; tries == 2 {
				w.People.Away(nil)
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
		w.People.Know(numberA, resident)
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

func TestAMergedResidentCountsAsTheSurvivor(t *testing.T) {
	w := newImports(t, testkit.SQLite(t, immunization.Migrations()...))
	err := w.db.Write(t.Context(), func(tx *gorm.DB) error {
		return residentlink.Put(tx, residentlink.Link{Linked: sibling, Into: resident, Version: 1})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.People.Know(numberA, resident)
	w.Load(doses("cdc"), "公民身份号码,接种日期,疫苗\n"+numberA+",2026-01-05,HepB\n")
	b := w.Load(doses("cdc"), "居民标识,接种日期,疫苗\n"+sibling+",2026-01-05,HepB\n"+sibling+",2026-02-05,HepB\n")
	if diff := cmp.Diff([]string{"2 DUPLICATE", "3 CREATED"}, w.Rows(b)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{resident + " 20260105 HepB  ", resident + " 20260205 HepB  "}, w.said()); diff != "" {
		t.Error(diff)
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
		svc, err := immunization.New(immunization.Deps{DB: w.db, Now: w.Clock.Now, Import: recordintake.Settings{SpoolDir: w.Dir, Sealer: sealer}, Hooks: hooks})
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

func TestNoIdentityNumberStandsInTheClear(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		var log bytes.Buffer
		w.log = zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&log), zap.DebugLevel))
		w.People.Know(numberA, resident)
		// Some systems make their record numbers of the person's number.
		w.Load(doses("cdc"), "记录编号,公民身份号码,接种日期,疫苗,批号\n"+numberA+"-1,"+numberA+",2026-01-05,MMR,\n"+numberB+"-1,"+numberB+",2026-01-05,MMR,\n"+
			numberA+"-2,"+numberA+",2026-01-35,MMR,\n")
		w.Clock.Advance(time.Hour)
		w.Retry()
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
