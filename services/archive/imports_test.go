package archive_test

import (
	"testing"
	"time"

	archivev1 "xinju.dev/api/gen/xinju/archive/v1"

	"xinju.dev/services/archive"
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
		return archive.New(archive.Deps{DB: db, Now: now, Sealer: files.Sealer, Import: files, Hooks: hooks})
	})
}

func TestArchivesOfAFile(t *testing.T) {
	testkit.EachEngine(t, archive.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		w := importing(t, db)
		w.People.Know(numberA, personA)
		const head = "记录编号,身份证号,健康档案编号,建档日期,人群分类,身份核实,民族,ABO血型,RH,文化程度,职业,婚姻状况,支付方式,联系人,联系人电话,药物过敏史,既往史,家族史,残疾情况,最近服务日期\n"
		const whole = ",汉族,O型,阳性,本科,24,已婚,居民医保,联系人甲,13900000000,无,高血压、糖尿病,无,无残疾,2026-05-01\n"
		b := w.Take("archives", head+
			"1,"+numberA+",99010100100100001,2020-05-01,一般人群,是"+whole+
			"2,"+numberA+",99010100100100002,2021-05-01,一般人群,是"+whole+
			"3,"+numberA+",99010100100100001,2020-05-01,火星人,是"+whole+
			"4,"+numberB+",,2024-05-01,儿童,否,,,,,,,,,,,,,,\n"+
			"5,"+numberA+",,2024-05-01,1,,,,,,,,,,,,,,,2024-04-01\n")
		w.Expect(b, "2 CREATED", "3 REFUSED ARCHIVE_EXISTS", "4 REFUSED IMPORT_VALUE_INVALID 人群分类",
			"5 PENDING IMPORT_PERSON_UNKNOWN 身份证号 now PENDING", "6 REFUSED IMPORT_DATES_REVERSED 最近服务日期")
		client := archivev1.NewArchiveServiceClient(testkit.Serve(t, w.Build(nil).Register))
		list, err := client.ListHealthArchives(t.Context(), &archivev1.ListHealthArchivesRequest{ResidentId: personA})
		if err != nil || len(list.GetHealthArchives()) != 1 {
			t.Fatal(list, err)
		}
		a := list.GetHealthArchives()[0]
		if !a.GetStandard() || len(a.GetStandardMissing()) != 0 || len(a.GetPersonalInformation().GetDiseaseCodes()) != 2 || a.GetPersonalInformation().GetContactPhone() == "" {
			t.Errorf("%v", a)
		}
		w.People.Know(numberB, personB)
		w.Clock.Advance(2 * time.Minute)
		w.Retry()
		w.Expect(b, "2 CREATED", "3 REFUSED ARCHIVE_EXISTS", "4 REFUSED IMPORT_VALUE_INVALID 人群分类",
			"5 PENDING IMPORT_PERSON_UNKNOWN 身份证号 now CREATED", "6 REFUSED IMPORT_DATES_REVERSED 最近服务日期")
		again := w.Take("archives", head+"1,"+numberA+",99010100100100001,2020-05-01,一般人群,是"+whole+"\n")
		w.Expect(again, "2 DUPLICATE")
		w.Withdraw(b)
		list, err = client.ListHealthArchives(t.Context(), &archivev1.ListHealthArchivesRequest{})
		if err != nil || len(list.GetHealthArchives()) != 1 {
			t.Errorf("what the second file confirmed stays, nothing else: %v %v", list, err)
		}
	})
}
