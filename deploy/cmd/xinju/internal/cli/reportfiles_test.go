package cli

import (
	"testing"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

func TestAFileIsOfTheFormatOfItsName(t *testing.T) {
	for _, c := range []struct {
		name, asked, file string
		form              aggregatorv1.ReportFormat
		export            aggregatorv1.ExportFormat
	}{
		{"nothing is said", "", "", 1, 3},
		{"by its name", "", "自评表.CSV", 2, 3},
		{"what is asked for goes before", "csv", "t.json", 2, 3},
		{"a name that the one has and the other has not", "", "counts.xml", 1, 1},
		{"a name that nobody knows", "", "t.doc", 1, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := formatOf(reportFormats, c.asked, c.file, "xlsx"); got != c.form {
				t.Errorf("a form is %v, want %v", got, c.form)
			}
			if got := formatOf(exportFormats, c.asked, c.file, "csv"); got != c.export {
				t.Errorf("an export is %v, want %v", got, c.export)
			}
		})
	}
}
