package rowfile

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFieldsAreCutBeforeDecoding(t *testing.T) {
	pipeInName := append(inGB("甲|"), 0xD5, 0x7C, '|', 'x') // D57C is one character whose trail byte is "|"
	for _, c := range []struct {
		name  string
		delim byte
		raw   string
		want  []string
		bad   bool
	}{
		{"plain", ',', "a,b,,c", []string{"a", "b", "", "c"}, false},
		{"one field", ',', "a", []string{"a"}, false},
		{"nothing", ',', "", []string{""}, false},
		{"tabs", '\t', "a\tb", []string{"a", "b"}, false},
		{"semicolons", ';', "a;b", []string{"a", "b"}, false},
		{"bars inside characters", '|', string(pipeInName), []string{string(inGB("甲")), "\xD5\x7C", "x"}, false},
		{"a quoted comma", ',', `a,"b,c",d`, []string{"a", "b,c", "d"}, false},
		{"a doubled mark", ',', `"a""b",""`, []string{`a"b`, ""}, false},
		{"a mark inside a plain field", ',', `a"b,c`, []string{`a"b`, "c"}, false},
		{"a formula around a number", ',', `="0012",x`, []string{`="0012"`, "x"}, false},
		{"a mark that is not closed", ',', `a,"b,c`, nil, true},
		{"text behind a closing mark", ',', `"a"b,c`, nil, true},
		{"four-byte codes with digits", ',', string(inGB("𣲗,x")), []string{string(inGB("𣲗")), "x"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := splitter{delim: c.delim, gb: true}
			fields, ok := s.split([]byte(c.raw))
			if ok == c.bad {
				t.Fatalf("accepted: %v", ok)
			}
			if c.bad {
				return
			}
			var got []string
			for _, f := range fields {
				got = append(got, string(f))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTheDelimiterIsFoundInTheHeader(t *testing.T) {
	for header, want := range map[string]byte{"姓名,性别": ',', "姓名\t性别\t民族": '\t', "姓名|性别": '|', "姓名;性别": ';', "姓名^性别": '^', "姓名": ','} {
		for _, enc := range []Encoding{UTF8, GB18030} {
			if got := sniffDelimiter(enc.AppendEncoded(nil, header), enc); got != want {
				t.Errorf("%s in %s: %q", header, enc, got)
			}
		}
	}
}

// FuzzSplit compares with the standard library where both accept a line.
func FuzzSplit(f *testing.F) {
	f.Add(`a,"b,c",d`, byte(','))
	f.Add(`"",x`, byte(';'))
	f.Fuzz(func(t *testing.T, raw string, delim byte) {
		if !strings.ContainsRune(",;\t", rune(delim)) || strings.ContainsAny(raw, "\r\n") {
			return
		}
		s := splitter{delim: delim}
		fields, ok := s.split([]byte(raw))
		if !ok || raw == "" {
			return
		}
		r := csv.NewReader(strings.NewReader(raw + "\n"))
		r.Comma = rune(delim)
		want, err := r.Read()
		if err != nil {
			return // stricter about marks inside plain fields
		}
		if len(want) != len(fields) {
			t.Fatalf("%d fields instead of %d", len(fields), len(want))
		}
		for i := range want {
			if !bytes.Equal([]byte(want[i]), fields[i]) {
				t.Errorf("field %d is %q instead of %q", i, fields[i], want[i])
			}
		}
	})
}
