package rowfile

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/traditionalchinese"

	"xinju.dev/services/platform/fault"
)

func inParts(data []byte, h Hints, part int) (Layout, error) {
	p, err := NewProbe(h)
	if err != nil {
		return Layout{}, err
	}
	for rest := data; len(rest) > 0; {
		n := min(part, len(rest))
		if _, err := p.Write(rest[:n]); err != nil {
			return Layout{}, err
		}
		rest = rest[n:]
	}
	return p.Layout(bytes.NewReader(data), int64(len(data)))
}

func TestEncodingIsDetected(t *testing.T) {
	gbText := inGB(strings.Repeat(goodText, 20))
	damagedLine := append(bytes.Clone(gbText), "x,\xD5\n"...)
	for _, c := range []struct {
		name string
		data []byte
		want Encoding
		bom  bool
		sure float64
	}{
		{"UTF-8", []byte(goodText), UTF8, false, 1},
		{"UTF-8 with its mark", append([]byte(markOf(UTF8)), goodText...), UTF8, true, 1},
		{"GB18030", gbText, GB18030, false, 0.9},
		{"GB18030 with one damaged row", damagedLine, GB18030, false, 0.9},
		{"UTF-8 with one damaged row", []byte(strings.Repeat(goodText, 20) + "x,\xD5\n"), UTF8, false, 0.9},
		{"UTF-16 as Windows writes it", UTF16LE.AppendEncoded([]byte(markOf(UTF16LE)), goodText), UTF16LE, true, 1},
		{"UTF-16 of big ends with its mark", UTF16BE.AppendEncoded([]byte(markOf(UTF16BE)), goodText), UTF16BE, true, 1},
		{"UTF-16 without a mark", UTF16LE.AppendEncoded(nil, goodText), UTF16LE, false, 1},
		{"UTF-16 of big ends without a mark", UTF16BE.AppendEncoded(nil, goodText), UTF16BE, false, 1},
		{"GB18030 with its mark", append([]byte(markOf(GB18030)), gbText...), GB18030, true, 0.9},
		{"ASCII alone", []byte("SFZH,DDBDRQ\n990101199006300058,20250301\n"), UTF8, false, 1},
		{"ASCII for long, then GB18030", append([]byte("SFZH,DDBDRQ,XM\n"+strings.Repeat("990101199006300058,20250301,A\n", 2000)), inGB("990101199006300058,20250301,王小明\n")...), GB18030, false, 0.9},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, part := range []int{1, 7, 4096, 1 << 20} {
				got, err := inParts(c.data, Hints{}, part)
				if err != nil || got.Encoding != c.want || got.BOM != c.bom || got.Confidence < c.sure {
					t.Fatalf("in parts of %d: %+v, %v", part, got, err)
				}
			}
		})
	}
}

func TestACharacterCutBetweenTwoPartsIsStillOne(t *testing.T) {
	text := "编号,姓名\n" + strings.Repeat("1,𣲗𣲗\n", 2000)
	for _, e := range []Encoding{UTF16LE, UTF16BE} {
		data := e.AppendEncoded([]byte(markOf(e)), text)
		for _, part := range []int{1, 2, 3, 4095, 1 << 20} {
			l, err := inParts(data, Hints{}, part)
			if err != nil || l.Confidence != 1 || l.Extent != int64(len(text)+len("\uFEFF")) {
				t.Errorf("%s in parts of %d: %v of %d bytes, %v", e, part, l.Confidence, l.Extent, err)
			}
		}
	}
}

func TestAGivenEncodingWinsUnlessTheFileContradictsIt(t *testing.T) {
	if _, err := detect([]byte(goodText), Hints{Encoding: GB18030}); !errors.Is(err, ErrEncodingUnknown) {
		t.Errorf("UTF-8 given as GB18030: %v", err)
	}
	if _, err := detect(inGB(goodText), Hints{Encoding: UTF8}); !errors.Is(err, ErrEncodingUnknown) {
		t.Errorf("GB18030 given as UTF-8: %v", err)
	}
	got, err := detect([]byte("a,b\nc,d\n"), Hints{Encoding: GB18030})
	if err != nil || got.Encoding != GB18030 {
		t.Errorf("ASCII given as GB18030: %+v, %v", got, err)
	}
	for _, name := range []string{"gbk", "GB2312", "gb-18030", "utf8", "UTF-8"} {
		if e, err := ParseEncoding(name); err != nil || e == "" {
			t.Errorf("encoding name %q: %v", name, err)
		}
	}
	if _, err := ParseEncoding("latin1"); !errors.Is(err, ErrEncodingUnknown) {
		t.Errorf("an unknown name of an encoding: %v", err)
	}
}

func TestOtherEncodingsAreNotTakenForOurs(t *testing.T) {
	long := strings.Repeat("公民身份號碼,姓名,生效日期,居住地址\n990101199006300058,歐陽國華,20250301,臺灣臺北縣樹林鎮學勤路壹號電話變更\n", 40)
	big5, err := traditionalchinese.Big5.NewEncoder().String(long)
	if err != nil {
		t.Fatal(err)
	}
	sjis, err := japanese.ShiftJIS.NewEncoder().String(strings.Repeat("なまえ,ひづけ\nやまだたろう,2025\n", 40))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"Big5":               []byte(big5),
		"Shift JIS":          []byte(sjis),
		"mostly undecodable": bytes.Repeat([]byte("a,\xff\xfe\xd5,b\n"), 50),
		"Latin-1":            bytes.Repeat([]byte("nom,pr\xe9nom,\xe9t\xe9,\n"), 50),
	} {
		if got, err := detect(data, Hints{}); !errors.Is(err, ErrEncodingUnknown) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestFilesOfAnotherKindAreNamed(t *testing.T) {
	pad := strings.Repeat("\x00\x01", 600)
	for want, data := range map[string]string{
		"PDF": "%PDF-1.7\n", "XLS": "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + pad,
		"GZIP": "\x1F\x8B\x08\x00", "PNG": "\x89PNG\r\n", "JPEG": "\xFF\xD8\xFF\xE0", "HTML": "\n <HTML><body><table>",
		"SPREADSHEETML": "<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>\n<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">", "RAR": "Rar!\x1a\x07", "7Z": "7z\xBC\xAF\x27\x1C",
		"BINARY": "\x01\x02a,b\x00\x07\x00\x00\x01c\nd,e\n", "SQLITE": "SQLite format 3\x00", "PROGRAM": "\x7FELF\x02",
	} {
		_, err := detect([]byte(data), Hints{})
		if !errors.Is(err, ErrFileUnreadable) {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if f, _ := errors.AsType[*fault.Error](err); f.Meta["kind"] != want {
			t.Errorf("%s is called %s", want, f.Meta["kind"])
		}
	}
}

func TestAnEmptyFileIsEmpty(t *testing.T) {
	if _, err := detect(nil, Hints{}); !errors.Is(err, ErrFileEmpty) {
		t.Error(err)
	}
}

func FuzzDetect(f *testing.F) {
	f.Add([]byte(goodText), 5)
	f.Add(inGB(goodText), 4096)
	f.Add([]byte("PK\x03\x04"), 1)
	f.Fuzz(func(t *testing.T, data []byte, part int) {
		one, err1 := detect(data, Hints{})
		parts, err2 := inParts(data, Hints{}, max(part&0xFFFF, 1))
		if diff := cmp.Diff(one, parts); diff != "" || (err1 == nil) != (err2 == nil) {
			t.Errorf("detection depends on how the file arrives: %s %v, %v", diff, err1, err2)
		}
		if err1 != nil {
			return
		}
		// What was detected can be read, to the end.
		r, err := NewReader(bytes.NewReader(data), int64(len(data)), one, Position{})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		rest(t, r, one)
	})
}
