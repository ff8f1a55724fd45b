package familyplanning_test

import (
	"testing"
	"time"

	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"

	"xinju.dev/services/familyplanning"
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
		return familyplanning.New(familyplanning.Deps{DB: db, Now: now, Import: files, Hooks: hooks})
	})
}

func TestServicesAndMethodsOfFiles(t *testing.T) {
	testkit.EachEngine(t, familyplanning.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		w := importing(t, db)
		w.People.Know(numberA, personA)
		s := w.Take("planning-services", "JLBH,GMSFHM,FWRQ,FWXM,SFMF,SL,FWDQH\n"+
			"1,"+numberA+",20260105,药具发放,是,10,990101\n2,"+numberA+",20260205,03,否,,\n3,"+numberA+",20260305,洗车,,,\n4,"+numberA+",20260305,随访,,,12\n5,"+numberB+",20260305,随访,,,\n")
		w.Expect(s, "2 CREATED", "3 CREATED", "4 REFUSED IMPORT_VALUE_INVALID FWXM", "5 REFUSED IMPORT_VALUE_INVALID FWDQH", "6 PENDING IMPORT_PERSON_UNKNOWN GMSFHM now PENDING")
		m := w.Take("methods", "记录编号,证件类型,证件号码,避孕方法,落实日期,取出日期\n"+
			"1,身份证,"+numberA+",上环,2020-01-05,\n2,护照,E12345678,皮埋,2020-01-05,\n3,身份证,"+numberA+",避孕套,2020-01-05,2019-01-05\n")
		w.Expect(m, "2 CREATED", "3 REFUSED DOCUMENT_COUNTRY 证件号码", "4 REFUSED IMPORT_DATES_REVERSED 取出日期")
		later := w.Take("methods", "记录编号,证件类型,证件号码,避孕方法,落实日期,取出日期\n1,身份证,"+numberA+",上环,2020-01-05,2026-01-05\n")
		w.Expect(later, "2 UPDATED")
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
		w.People.Know(numberB, personB)
		w.Clock.Advance(2 * time.Minute)
		w.Retry()
		got := w.Batch("planning-services", s.GetBatchId())
		if got.GetStillPending() != 0 || got.GetCounts().GetPending() != 1 {
			t.Errorf("%v", got)
		}
	})
}
