package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xinju.dev/services/platform/rowfile"
)

func TestAFileOfFiguresInEitherEncoding(t *testing.T) {
	const text = "数据项,区划代码,年度,数值,来源,文件日期\r\nregistered_population,990101,2020年,81650.5,县公安局户籍统计年报,2021-01-15\r\n"
	for _, e := range []string{"UTF-8", "GB18030"} {
		enc, err := rowfile.ParseEncoding(e)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "f.csv")
		if err := os.WriteFile(path, enc.AppendEncoded(nil, text), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		got, err := figureRows(f)
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %v %v", e, got, err)
		}
		if x := got[0]; x.GetDivision() != "990101000000" || x.GetYear() != 2020 || x.GetValue() != "81650.5" || x.GetSource() != "县公安局户籍统计年报" || x.GetDocumentDate().GetMonth() != 1 {
			t.Errorf("%s: %v", e, x)
		}
	}
}

func TestAFileOfFiguresThatIsNone(t *testing.T) {
	for name, text := range map[string]string{
		"a column is missing": "figure,division,value\nstaff,990101,3\n",
		"no division":         "figure,division,value,source\nstaff,somewhere,3,x\n",
		"a year that is none": "figure,division,value,source,year\nstaff,990101,3,x,next\n",
		"a date that is none": "figure,division,value,source,date\nstaff,990101,3,x,2020-02-30\n",
	} {
		path := filepath.Join(t.TempDir(), "f.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := figureRows(f); err == nil || strings.Contains(err.Error(), "panic") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
