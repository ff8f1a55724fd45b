package maternal_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	maternalv1 "xinju.dev/api/gen/xinju/maternal/v1"

	"xinju.dev/services/maternal"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/recordintake/recordintaketest"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"
)

// Invented people of division 99….
const (
	numberA = "990101198811120063"
	numberB = "990101202308310029"
	personA = "01J00000000000000000000001"
	personB = "01J00000000000000000000002"
)

// importing is the service on 2026-06-30, taking files.
func importing(t *testing.T, db *sqlstore.DB) *recordintaketest.World {
	return recordintaketest.New(t, func(now func() time.Time, files recordintake.Settings, hooks func(string) error) (recordintaketest.Service, error) {
		return maternal.New(maternal.Deps{DB: db, Now: now, Import: files, Hooks: hooks})
	})
}

func TestPregnanciesAndVisitsOfFiles(t *testing.T) {
	testkit.EachEngine(t, maternal.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		w := importing(t, db)
		w.People.Know(numberA, personA)
		// Visits come first: they wait for their pregnancy.
		visits := w.Take("antenatal-visits", "记录编号,身份证号,保健册编号,产检日期,孕周\n"+
			"v1,"+numberA+",Y1,2025-03-01,12\nv2,"+numberA+",,2025-05-01,\nv3,"+numberA+",Y1,2027-01-01,\nv4,"+numberA+",Y1,2025-08-01,60\nv5,"+numberA+",Y1,2025-12-01,\n")
		w.Expect(visits, "2 PENDING IMPORT_PREGNANCY_UNKNOWN 保健册编号 now PENDING", "3 PENDING IMPORT_PREGNANCY_UNKNOWN 产检日期 now PENDING",
			"4 REFUSED IMPORT_DATE_FUTURE 产检日期", "5 REFUSED IMPORT_VALUE_INVALID 孕周", "6 PENDING IMPORT_PREGNANCY_UNKNOWN 保健册编号 now PENDING")
		after := w.Take("postnatal-visits", "身份证号,访视日期,访视类型\n"+numberA+",2025-09-20,产后访视\n"+numberA+",2025-10-20,42天检查\n"+numberA+",2025-09-20,电话\n")
		w.Expect(after, "2 PENDING IMPORT_PREGNANCY_UNKNOWN 访视日期 now PENDING", "3 PENDING IMPORT_PREGNANCY_UNKNOWN 访视日期 now PENDING", "4 REFUSED IMPORT_VALUE_INVALID 访视类型")

		const head = "保健册编号,身份证号,建册日期,末次月经,妊娠风险,分娩日期,妊娠结局\n"
		p := w.Take("pregnancies", head+"Y1,"+numberA+",2025-02-10,2024-12-08,黄色,2025-09-12,活产\nY2,"+numberA+",2025-02-10,2025-03-01,,,\nY3,"+numberA+",2025-02-10,2024-12-08,,2025-09-12,\n")
		w.Expect(p, "2 CREATED", "3 REFUSED IMPORT_DATES_REVERSED 末次月经", "4 REFUSED IMPORT_VALUE_MISSING 妊娠结局")
		w.Clock.Advance(time.Second) // the visits are due at once: their person has something new
		w.Retry()
		w.Expect(visits, "2 PENDING IMPORT_PREGNANCY_UNKNOWN 保健册编号 now CREATED", "3 PENDING IMPORT_PREGNANCY_UNKNOWN 产检日期 now CREATED",
			"4 REFUSED IMPORT_DATE_FUTURE 产检日期", "5 REFUSED IMPORT_VALUE_INVALID 孕周", "6 PENDING IMPORT_PREGNANCY_UNKNOWN 保健册编号 now REFUSED")
		rejected(t, w.Rejects(visits), "v3,"+numberA+",Y1,2027-01-01,,IMPORT_DATE_FUTURE", "v4,"+numberA+",Y1,2025-08-01,60,IMPORT_VALUE_INVALID",
			"v5,"+numberA+",Y1,2025-12-01,,VISIT_OUTSIDE_PREGNANCY")
		client := maternalv1.NewMaternalServiceClient(testkit.Serve(t, w.Build(nil).Register))
		list, err := client.ListAntenatalVisits(t.Context(), &maternalv1.ListAntenatalVisitsRequest{ResidentId: personA})
		if err != nil || len(list.GetAntenatalVisits()) != 2 || list.GetAntenatalVisits()[1].GetGestationalWeek() != 20 {
			t.Errorf("%v %v", list, err)
		}
		posts, err := client.ListPostnatalVisits(t.Context(), &maternalv1.ListPostnatalVisitsRequest{ResidentId: personA})
		if err != nil || len(posts.GetPostnatalVisits()) != 2 {
			t.Errorf("%v %v", posts, err)
		}

		// A pregnancy with visits stays; afterwards it goes.
		w.Withdraw(visits)
		w.Withdraw(after)
		w.Withdraw(p)
		left, err := client.ListPregnancies(t.Context(), &maternalv1.ListPregnanciesRequest{ResidentId: personA})
		if err != nil || len(left.GetPregnancies()) != 0 {
			t.Errorf("%v %v", left, err)
		}
	})
}

// rejected compares a file of refused rows, but for its header and explanations.
func rejected(t *testing.T, file string, want ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(file), "\n")
	if !strings.HasSuffix(lines[0], ",原因,说明") {
		t.Errorf("the header is %q", lines[0])
	}
	for i, line := range lines[1:] {
		if at := strings.LastIndexByte(line, ','); at > 0 && len(line) > at+1 {
			lines[1+i] = line[:at]
		}
	}
	if diff := cmp.Diff(want, lines[1:]); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsRefusedAfterItWaitedIsKeptOnlySealedAndOnlyWhileItIsNeeded(t *testing.T) {
	testkit.EachEngine(t, maternal.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		w := importing(t, db)
		w.People.Know(numberA, personA)
		visits := w.Take("antenatal-visits", "记录编号,身份证号,保健册编号,产检日期\nv1,"+numberA+",Y1,2025-03-01\nv2,"+numberA+",Y1,2025-12-01\nv3,"+numberA+",Y1,2027-01-01\n")
		kept := func() (n int) {
			t.Helper()
			err := db.Read(t.Context(), func(tx *gorm.DB) error {
				var raws [][]byte
				err := tx.Raw("SELECT raw FROM record_import_row WHERE raw IS NOT NULL").Scan(&raws).Error
				n = len(raws)
				for _, raw := range raws {
					if bytes.Contains(raw, []byte(numberA)) {
						t.Error("a number stands in the clear")
					}
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := kept(); n != 2 {
			t.Errorf("%d rows are kept of two that wait", n)
		}
		rejected(t, w.Rejects(visits), "v3,"+numberA+",Y1,2027-01-01,IMPORT_DATE_FUTURE")
		w.Take("pregnancies", "保健册编号,身份证号,建册日期,末次月经,分娩日期,妊娠结局\nY1,"+numberA+",2025-02-10,2024-12-08,2025-09-12,活产\n")
		w.Clock.Advance(time.Second)
		w.Retry()
		if n := kept(); n != 1 {
			t.Errorf("%d rows are kept of one that was refused", n)
		}
		all := w.Rejects(visits)
		rejected(t, all, "v2,"+numberA+",Y1,2025-12-01,VISIT_OUTSIDE_PREGNANCY", "v3,"+numberA+",Y1,2027-01-01,IMPORT_DATE_FUTURE")
		again := w.Take("antenatal-visits", strings.NewReplacer("2025-12-01", "2025-08-01", "2027-01-01", "2025-09-01").Replace(all))
		w.Expect(again, "2 CREATED", "3 CREATED")
	})
}

func TestAPregnancyOnWhichVisitsStandIsNotWithdrawn(t *testing.T) {
	w := importing(t, testkit.SQLite(t, maternal.Migrations()...))
	w.People.Know(numberA, personA)
	p := w.Take("pregnancies", "身份证号,建册日期,末次月经\n"+numberA+",2026-02-10,2026-01-01\n")
	v := w.Take("antenatal-visits", "身份证号,产检日期\n"+numberA+",2026-03-01\n")
	w.Expect(v, "2 CREATED")
	w.Withdraw(p)
	client := maternalv1.NewMaternalServiceClient(testkit.Serve(t, w.Build(nil).Register))
	left, err := client.ListPregnancies(t.Context(), &maternalv1.ListPregnanciesRequest{ResidentId: personA})
	if err != nil || len(left.GetPregnancies()) != 1 {
		t.Errorf("%v %v", left, err)
	}
}

func TestAVisitThatSeveralPregnanciesFitIsNotGuessed(t *testing.T) {
	w := importing(t, testkit.SQLite(t, maternal.Migrations()...))
	w.People.Know(numberA, personA)
	w.Take("pregnancies", "身份证号,建册日期,末次月经\n"+numberA+",2026-02-10,2026-01-01\n"+numberA+",2026-03-10,2026-01-20\n")
	v := w.Take("antenatal-visits", "身份证号,产检日期\n"+numberA+",2026-03-01\n")
	w.Expect(v, "2 REFUSED IMPORT_PREGNANCY_AMBIGUOUS 产检日期")
}

func TestChecksOfChildrenOfAFile(t *testing.T) {
	testkit.EachEngine(t, maternal.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		w := importing(t, db)
		w.People.Know(numberB, personB)
		b := w.Take("child-checks", "身份证号,检查日期,检查类型,月龄,体重,身长\n"+
			numberB+",2024-08-31,体格检查,12,9.6kg,75.5\n"+numberB+",2024-08-31,健康检查,12,9.6,75.5\n"+numberB+",2025-08-31,生长监测,24,十二公斤,\n"+numberB+",2025-08-31,生长监测,24,12,\n")
		w.Expect(b, "2 CREATED", "3 DUPLICATE", "4 REFUSED IMPORT_VALUE_INVALID 体重", "5 CREATED")
	})
}
