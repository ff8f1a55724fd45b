package intake

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/traditionalchinese"
)

const goodText = "公民身份号码,姓名,生效日期,居住地址\n990101199006300058,王小明,20250301,幸福里江新社区人民路12号\n990101198811120063,李华,20250302,幸福里解放路3号\n"

func detect(data []byte, given Encoding, part int) (Detection, error) {
	d := &detector{}
	for len(data) > 0 {
		n := min(part, len(data))
		_, _ = d.Write(data[:n])
		data = data[n:]
	}
	return d.finish(given)
}

func TestEncodingIsDetected(t *testing.T) {
	gbText := GB18030.encode(strings.Repeat(goodText, 20))
	damagedLine := append(bytes.Clone(gbText), "x,\xD5\n"...)
	for _, c := range []struct {
		name string
		data []byte
		want Encoding
		bom  bool
		sure float64
	}{
		{"UTF-8", []byte(goodText), UTF8, false, 1},
		{"UTF-8 with its mark", append([]byte(bom), goodText...), UTF8, true, 1},
		{"GB18030", gbText, GB18030, false, 0.9},
		{"GB18030 with one damaged row", damagedLine, GB18030, false, 0.9},
		{"UTF-8 with one damaged row", []byte(strings.Repeat(goodText, 20) + "x,\xD5\n"), UTF8, false, 0.9},
		{"ASCII alone", []byte("SFZH,DDBDRQ\n990101199006300058,20250301\n"), UTF8, false, 1},
		{"ASCII for long, then GB18030", append([]byte("SFZH,DDBDRQ,XM\n"+strings.Repeat("990101199006300058,20250301,A\n", 2000)), GB18030.encode("990101199006300058,20250301,王小明\n")...), GB18030, false, 0.9},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, part := range []int{1, 7, 4096, 1 << 20} {
				got, err := detect(c.data, "", part)
				if err != nil || got.Encoding != c.want || got.BOM != c.bom || got.Confidence < c.sure {
					t.Fatalf("in parts of %d: %+v, %v", part, got, err)
				}
			}
		})
	}
}

func TestAGivenEncodingWinsUnlessTheFileContradictsIt(t *testing.T) {
	if _, err := detect([]byte(goodText), GB18030, 4096); !errors.Is(err, ErrEncodingUnknown) {
		t.Errorf("UTF-8 given as GB18030: %v", err)
	}
	if _, err := detect(GB18030.encode(goodText), UTF8, 4096); !errors.Is(err, ErrEncodingUnknown) {
		t.Errorf("GB18030 given as UTF-8: %v", err)
	}
	got, err := detect([]byte("a,b\nc,d\n"), GB18030, 4096)
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
	var utf16le bytes.Buffer
	for _, u := range utf16.Encode([]rune(goodText)) {
		utf16le.Write([]byte{byte(u), byte(u >> 8)})
	}
	for name, data := range map[string][]byte{
		"Big5":                  []byte(big5),
		"Shift JIS":             []byte(sjis),
		"UTF-16 without a mark": utf16le.Bytes(),
		"UTF-16 with a mark":    append([]byte{0xFF, 0xFE}, utf16le.Bytes()...),
		"mostly undecodable":    bytes.Repeat([]byte("a,\xff\xfe\xd5,b\n"), 50),
		"Latin-1":               bytes.Repeat([]byte("nom,pr\xe9nom,\xe9t\xe9,\n"), 50),
	} {
		if got, err := detect(data, "", 4096); !errors.Is(err, ErrEncodingUnknown) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestFilesOfAnotherKindAreNamed(t *testing.T) {
	pad := strings.Repeat("\x00\x01", 600)
	for want, data := range map[string]string{
		"XLSX": "PK\x03\x04\x14\x00\x06\x00[Content_Types].xml" + pad + "xl/workbook.xml",
		"ZIP":  "PK\x03\x04\x14\x00residents.csv", "PDF": "%PDF-1.7\n", "XLS": "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + pad,
		"GZIP": "\x1F\x8B\x08\x00", "PNG": "\x89PNG\r\n", "JPEG": "\xFF\xD8\xFF\xE0", "HTML": "\n <HTML><body><table>",
		"XML": "<?xml version=\"1.0\" encoding=\"GBK\"?>", "JSON": "[{\"name\":1}]", "RAR": "Rar!\x1a\x07", "7Z": "7z\xBC\xAF\x27\x1C",
		"BINARY": "\x01\x02a,b\x00\x07\x00\x00\x01c\nd,e\n", "SQLITE": "SQLite format 3\x00", "PROGRAM": "\x7FELF\x02",
	} {
		_, err := detect([]byte(data), "", 4096)
		if !errors.Is(err, ErrFileUnreadable) {
			t.Errorf("%s: %v", want, err)
			continue
		}
		if got := faultOf(t, err).Meta["kind"]; got != want {
			t.Errorf("%s is called %s", want, got)
		}
	}
}

func TestAnEmptyFileIsEmpty(t *testing.T) {
	if _, err := detect(nil, "", 1); !errors.Is(err, ErrFileEmpty) {
		t.Error(err)
	}
}

func FuzzDetect(f *testing.F) {
	f.Add([]byte(goodText), 5)
	f.Add(GB18030.encode(goodText), 4096)
	f.Add([]byte("PK\x03\x04"), 1)
	f.Fuzz(func(t *testing.T, data []byte, part int) {
		one, err1 := detect(data, "", 1<<20)
		parts, err2 := detect(data, "", max(part, 1))
		if one != parts || (err1 == nil) != (err2 == nil) {
			t.Errorf("detection depends on how the file arrives: %+v %v, %+v %v", one, err1, parts, err2)
		}
	})
}
