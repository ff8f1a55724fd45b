package familyplanning_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"
	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/services/familyplanning"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/platform/recordintake/recordintaketest"
	"xinju.dev/services/platform/seal"
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
func importing(t *testing.T, db *sqlstore.DB) (*recordintaketest.World, *recordintaketest.People, *testkit.Clock) {
	people, clock, dir := &recordintaketest.People{}, testkit.NewClock(civil.Must("2026-06-30")), t.TempDir()
	sealer, err := seal.NewAES(bytes.Repeat([]byte{'i'}, 32), seal.Key{Version: 1, Secret: bytes.Repeat([]byte{'k'}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return &recordintaketest.World{T: t, Serve: testkit.Serve, Build: func(hooks func(string) error) recordintaketest.Service {
		svc, err := familyplanning.New(familyplanning.Deps{
			DB: db, Now: clock.Now, Import: recordintake.Settings{SpoolDir: dir, Sealer: sealer, Registry: people}, Hooks: hooks,
		})
		if err != nil {
			t.Fatal(err)
		}
		return svc
	}}, people, clock
}

func file(kind string) *intakev1.ImportHeader {
	return &intakev1.ImportHeader{Kind: kind, Sender: "county"}
}

func retry(t *testing.T, w *recordintaketest.World) {
	t.Helper()
	if _, err := w.Build(nil).Imports().Retry(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func rows(t *testing.T, w *recordintaketest.World, b *intakev1.ImportBatch, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, w.Rows(b)); diff != "" {
		t.Error(diff)
	}
}

func TestServicesAndMethodsOfFiles(t *testing.T) {
	testkit.EachEngine(t, familyplanning.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		w, people, clock := importing(t, db)
		people.Know(numberA, personA)
		s := w.Load(file("planning-services"), "JLBH,GMSFHM,FWRQ,FWXM,SFMF,SL,FWDQH\n"+
			"1,"+numberA+",20260105,药具发放,是,10,990101\n2,"+numberA+",20260205,03,否,,\n3,"+numberA+",20260305,洗车,,,\n4,"+numberA+",20260305,随访,,,12\n5,"+numberB+",20260305,随访,,,\n")
		rows(t, w, s, "2 CREATED", "3 CREATED", "4 REFUSED IMPORT_VALUE_INVALID FWXM", "5 REFUSED IMPORT_VALUE_INVALID FWDQH", "6 PENDING IMPORT_PERSON_UNKNOWN GMSFHM now PENDING")
		m := w.Load(file("methods"), "记录编号,证件类型,证件号码,避孕方法,落实日期,取出日期\n"+
			"1,身份证,"+numberA+",上环,2020-01-05,\n2,护照,E12345678,皮埋,2020-01-05,\n3,身份证,"+numberA+",避孕套,2020-01-05,2019-01-05\n")
		rows(t, w, m, "2 CREATED", "3 REFUSED DOCUMENT_COUNTRY 证件号码", "4 REFUSED IMPORT_DATES_REVERSED 取出日期")
		later := w.Load(file("methods"), "记录编号,证件类型,证件号码,避孕方法,落实日期,取出日期\n1,身份证,"+numberA+",上环,2020-01-05,2026-01-05\n")
		rows(t, w, later, "2 UPDATED")
		client := familyplanningv1.NewFamilyPlanningServiceClient(testkit.Serve(t, w.Build(nil).Register))
		ended := func() int32 {
			list, err := client.ListMethods(t.Context(), &familyplanningv1.ListMethodsRequest{ResidentId: personA})
			if err != nil || len(list.GetMethods()) != 1 {
				t.Fatal(list, err)
			}
			return list.GetMethods()[0].GetEndDate().GetYear()
		}
		if ended() != 2026 {
			t.Error("the change was not stored")
		}
		w.Withdraw(later)
		if ended() != 0 {
			t.Error("the change was not taken back")
		}
		people.Know(numberB, personB)
		clock.Advance(2 * time.Minute)
		retry(t, w)
		got := w.Batch("planning-services", s.GetBatchId())
		if got.GetStillPending() != 0 || got.GetCounts().GetPending() != 1 {
			t.Errorf("%v", got)
		}
	})
}
