package rowfile

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

func inGB(s string) []byte { return GB18030.AppendEncoded(nil, s) }

const goodText = "公民身份号码,姓名,生效日期,居住地址\n990101199006300058,王小明,20250301,幸福里江新社区人民路12号\n990101198811120063,李华,20250302,幸福里解放路3号\n"

func detect(data []byte, h Hints) (Layout, error) {
	return Detect(bytes.NewReader(data), int64(len(data)), h)
}

// row is a record that outlives the next call.
type row struct {
	number int
	texts  []string
	raw    string
	reason string
	column int
	end    Position
}

// readAll reads a file from a position to its end.
func readAll(t testing.TB, data []byte, l Layout, from Position, opts ...Option) []row {
	t.Helper()
	r, err := NewReader(bytes.NewReader(data), int64(len(data)), l, from, opts...)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return rest(t, r, l)
}

func rest(t testing.TB, r *Reader, l Layout) (rows []row) {
	t.Helper()
	d := NewDecoder(l)
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		texts, _, why, column := d.Row(&rec)
		out := row{number: rec.Number, raw: string(rec.Raw), column: column, end: rec.End}
		if why != nil {
			out.reason = why.Reason
		} else {
			out.texts = append([]string{}, texts...)
		}
		rows = append(rows, out)
	}
}

// read detects and reads.
func read(t testing.TB, data []byte, h Hints) (Layout, []row) {
	t.Helper()
	l, err := detect(data, h)
	if err != nil {
		t.Fatal(err)
	}
	return l, readAll(t, data, l, Position{})
}

func texts(rows []row) (out [][]string) {
	for _, r := range rows {
		out = append(out, r.texts)
	}
	return out
}

func reasons(rows []row) (out []string) {
	for _, r := range rows {
		out = append(out, r.reason)
	}
	return out
}
