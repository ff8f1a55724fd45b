package intake_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
)

func TestAPreviewShowsColumnsMaskedAndKeepsNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		file := gb(header + ",备注\r\n" + arrival("E1", 1) + ",某人的密语\r\n" + strings.Replace(arrival("E2", 2), "20250301", "20250230", 1) + ",\r\n")
		in := w.process(w.store, nil)
		p, err := in.Preview(t.Context(), ga, 0, parts(file, 100))
		if err != nil {
			t.Fatal(err)
		}
		if p.Layout.Encoding != "GB18030" || p.Layout.Delimiter != "," || len(p.Columns) != 13 || p.Problem != nil {
			t.Errorf("%+v", p.Layout)
		}
		said := fmt.Sprintf("%+v", p)
		for _, secret := range []string{citizen(1), "王小明", "幸福路1", "13800000000", "某人的密语"} {
			if strings.Contains(said, secret) {
				t.Errorf("a preview shows what it must not")
			}
		}
		byName := map[string]intake.ColumnPreview{}
		for _, c := range p.Columns {
			byName[c.Name] = c
		}
		if c := byName["公民身份号码"]; c.Field != "citizen_number" || c.Class != intake.Identity || c.Samples[0] != "***" {
			t.Errorf("%+v", c)
		}
		if c := byName["姓名"]; c.Field != "name" || c.Samples[0] != "王*" {
			t.Errorf("%+v", c)
		}
		if c := byName["居住地区划"]; c.Field != "division" || c.Samples[0] != village {
			t.Errorf("%+v", c)
		}
		if c := byName["备注"]; c.Field != "" || c.Samples[0] != "***" {
			t.Errorf("%+v", c)
		}
		var rows []string
		for _, r := range p.Rows {
			rows = append(rows, strings.TrimSpace(fmt.Sprint(r.Number, " ", r.Outcome, " ", r.Reason)))
		}
		if diff := cmp.Diff([]string{"2 1", "3 7 DATE_IMPOSSIBLE"}, rows); diff != "" {
			t.Error(diff)
		}
		if n := len(w.query("SELECT event_id FROM event")) + len(w.query("SELECT batch_id FROM feed_batch")) + len(w.spooled()); n != 0 {
			t.Errorf("%d things are kept", n)
		}
	})
}

func TestAPreviewSaysWhatAFileLacks(t *testing.T) {
	w := newSQLiteWorld(t)
	in := w.process(w.store, nil)
	p, err := in.Preview(t.Context(), ga, 5, parts([]byte("姓名,备注\n王小明,x\n"), 100))
	if err != nil || !errors.Is(p.Problem, rowfile.ErrColumnsUnknown) || len(p.Columns) != 2 || len(p.Rows) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := in.Preview(t.Context(), ga, 5, parts([]byte("%PDF-1.4\nx\n"), 100)); !errors.Is(err, rowfile.ErrFileUnreadable) {
		t.Error(err)
	}
}

func TestAPreviewOfABatchLooksAtItsFile(t *testing.T) {
	w := newSQLiteWorld(t)
	b, err := w.receive(ga, randomFile(81, 300))
	if err != nil {
		t.Fatal(err)
	}
	in := w.process(w.store, nil)
	p, err := in.PreviewBatch(t.Context(), b.ID, 7)
	if err != nil || len(p.Rows) != 7 || len(p.Columns) != 12 {
		t.Errorf("%d rows, %v", len(p.Rows), err)
	}
	if err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := in.PreviewBatch(t.Context(), b.ID, 7); !errors.Is(err, intake.ErrPreview) {
		t.Errorf("of a batch whose file is gone: %v", err)
	}
}
