package rows_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intake/rows"
	"xinju.dev/services/platform/rowfile"
)

func probed(t *testing.T, text string, h rowfile.Hints) (intake.Layout, error) {
	t.Helper()
	p, err := rows.Files{}.Probe(h)
	if err != nil {
		return intake.Layout{}, err
	}
	if _, err := p.Write([]byte(text)); err != nil {
		return intake.Layout{}, err
	}
	return p.Layout(bytes.NewReader([]byte(text)))
}

func TestALayoutThatWasKeptReadsOnWhereItStopped(t *testing.T) {
	const text = "姓名,性别\n王小明,男\n\n李华,女\n\xF3,x\n"
	l, err := probed(t, text, rowfile.Hints{Encoding: rowfile.UTF8})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	var again intake.Layout
	if err := json.Unmarshal(kept, &again); err != nil {
		t.Fatal(err)
	}
	var got []string
	at := again.Start
	for {
		r, err := rows.Files{TempDir: t.TempDir()}.Records(again, bytes.NewReader([]byte(text)), at) // a new life for every row
		if err != nil {
			t.Fatal(err)
		}
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(rec.Bytes) != 2 || r.Here() != rec.End || (rec.Fault != nil) != (rec.Cells == nil) {
			t.Fatalf("%+v, %v", rec, err)
		}
		if rec.Fault != nil {
			got = append(got, rec.Fault.Reason)
		} else {
			got = append(got, strings.Join(rec.Cells, "/"))
		}
		at = rec.End
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"王小明/男", "李华/女", "ENCODING_BROKEN"}, got); diff != "" {
		t.Error(diff)
	}
	if again.Format != "CSV" || again.CellEncoding != "UTF-8" || again.Extent != int64(len(text)) || again.Delimiter != "," {
		t.Errorf("%+v", again)
	}
}

func TestWhatCannotBeReadIsRefused(t *testing.T) {
	damaged := "姓名,住址\n" + strings.Repeat("鐜嬪皬鏄,幸福路\n", 20)
	if _, err := probed(t, damaged, rowfile.Hints{}); !errors.Is(err, rowfile.ErrFileDamaged) {
		t.Errorf("damaged text: %v", err)
	}
	if _, err := probed(t, "x", rowfile.Hints{Format: "DBF"}); !errors.Is(err, rowfile.ErrHint) {
		t.Errorf("a hint that is none: %v", err)
	}
	if _, err := (rows.Files{}).Records(intake.Layout{Detail: []byte("{")}, bytes.NewReader(nil), intake.Position{}); !errors.Is(err, rowfile.ErrFileUnreadable) {
		t.Errorf("a layout that is none: %v", err)
	}
	if _, err := (rows.Files{}).Rejects(intake.Layout{Detail: []byte("{}")}, io.Discard); err == nil {
		t.Error("a layout of no format is written")
	}
}
