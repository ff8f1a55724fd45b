package intake_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestAPreviewOfAFileWithoutAHeaderShowsNobody(t *testing.T) {
	w := newSQLiteWorld(t)
	rows := []string{arrival("E1", 1), arrival("E2", 2), arrival("E3", 3)}
	p, err := w.process(w.store, nil).Preview(t.Context(), ga, 0, parts([]byte(strings.Join(rows, "\n")+"\n"), 100))
	if err != nil {
		return // refused as a whole, which shows nothing
	}
	said := fmt.Sprintf("%+v", p)
	for _, secret := range []string{citizen(1), citizen(2), "王小明", "幸福路", "13800000000"} {
		if strings.Contains(said, secret) {
			t.Errorf("the first row is shown as names of columns, or as samples")
		}
	}
	if p.Problem == nil || len(p.Columns) != 12 {
		t.Errorf("%d columns, %v", len(p.Columns), p.Problem)
	}
}

func TestAPreviewOfShiftedColumnsShowsNoNumber(t *testing.T) {
	w := newSQLiteWorld(t)
	shifted := fmt.Sprintf("居住登记,E1,20250301,男,王小明,%s,%s,,,,,", citizen(1), citizen(2))
	p, err := w.process(w.store, nil).Preview(t.Context(), ga, 0, parts(fileOf(shifted), 100))
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprintf("%+v", p.Columns)
	if strings.Contains(said, citizen(1)) || strings.Contains(said, citizen(2)) {
		t.Error("a number in a column for something else is shown")
	}
}
