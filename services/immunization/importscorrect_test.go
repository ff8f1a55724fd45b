package immunization_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/type/date"

	immunizationv1 "xinju.dev/api/gen/xinju/immunization/v1"

	"xinju.dev/services/testkit"
)

func TestCorrectionsMayComeInAnyOrder(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		w.People.Know(numberA, resident)
		w.People.Know(numberB, sibling)
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
		w.People.Know(numberA, resident)
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
		w.People.Know(numberA, resident)
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
