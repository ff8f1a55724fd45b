package nip_test

import (
	"fmt"

	"xinju.dev/services/nip"
	"xinju.dev/services/platform/civil"
)

func ExampleSchedule_Forecast() {
	schedule, err := nip.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	child := nip.Child{Birth: civil.Must("2026-09-01"), Sex: nip.Female}
	doses := []nip.Dose{{Product: "HepB", On: civil.Must("2026-09-01")}, {Product: "BCG", On: civil.Must("2026-09-01")}}
	for _, st := range schedule.Forecast(child, doses, civil.Must("2026-11-01"))[:3] {
		fmt.Println(st.Series, st.Status, st.Status.Chinese(), st.Product, st.Number, st.Earliest, st.Edition)
	}
	fmt.Println(schedule.UpToDate(child, doses)[0])
	// Output:
	// HepB OVERDUE 逾期 HepB 2 2026-10-01 CN-NIP-2026
	// BCG COMPLETE 已完成  0  CN-NIP-2026
	// Polio DUE 应种 IPV 1 2026-11-01 CN-NIP-2026
	// {2026-09-01 2026-11-01}
}
