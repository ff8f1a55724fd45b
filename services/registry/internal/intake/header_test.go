package intake

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHeadersInChineseAndPinyinInitialsAreKnown(t *testing.T) {
	for name, header := range map[string]string{
		"the suite's own":           fullHeader,
		"pinyin initials":           "XM,SFZH,XB,CSRQ,MZ,HJDXZQH,XZDXZQH,XJZDZZ,DDBDRQ,JZSY,LXFS_SJ,GZDW,HYZK,JZZYXQ,ZXSJ",
		"GMSFHM in small letters":   "xm,gmsfhm,ddbdrq",
		"full-width and brackets":   "姓　名,公民身份号码（18位）,来本地日期(yyyyMMdd)",
		"quoted":                    `"姓名","公民身份号码","来本地日期"`,
		"with unknown ones between": "序号,姓名,备注1,证件类型,证件号码,生效日期,备注2",
	} {
		for _, enc := range []Encoding{UTF8, GB18030} {
			l := Layout{Encoding: enc, Delimiter: ',', Header: enc.encode(header)}
			if _, _, err := l.columns(); err != nil {
				t.Errorf("%s in %s: %v", name, enc, err)
			}
		}
	}
}

func TestEveryPinyinColumnMapsToItsField(t *testing.T) {
	list, err := columnNames()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]field{
		"XM": fName, "SFZH": fCitizen, "GMSFHM": fCitizen, "XB": fSex, "CSRQ": fBirth, "MZ": fEthnic, "HJDXZQH": fHukouDivision, "XZDXZQH": fDivision,
		"XJZDZZ": fAddress, "DDBDRQ": fArrived, "JZSY": fReason, "LXFS_SJ": fPhone, "GZDW": fEmployer, "HYZK": fMarital, "JZZYXQ": fPermitUntil, "ZXSJ": fCancelled,
	} {
		if f, ok := list.byName[columnKey(name)]; !ok || f != want {
			t.Errorf("%s is %s", name, fieldNames[f])
		}
	}
	for f, title := range list.titles {
		if title == "" {
			t.Errorf("the field %s has no column", fieldNames[f])
		}
	}
	for _, name := range rejectColumns {
		if _, known := list.byName[columnKey(name)]; known {
			t.Errorf("%s would be read back from a file of refused rows", name)
		}
	}
}

func TestAHeaderWithoutWhatIsNeededIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, header string
		want         error
		missing      int
	}{
		{"a row instead of a header", "E1,居住登记,20250301,990101199006300058", ErrColumnsUnknown, 2},
		{"foreign words", "foo,bar,baz", ErrColumnsUnknown, 2},
		{"no day", "姓名,公民身份号码", ErrColumnsUnknown, 1},
		{"a number without its kind", "姓名,证件号码,生效日期", ErrColumnsUnknown, 1},
		{"the same twice", "姓名,XM,公民身份号码,生效日期", ErrColumnTwice, 0},
	} {
		_, _, err := Layout{Encoding: UTF8, Delimiter: ',', Header: []byte(c.header)}.columns()
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		f := faultOf(t, err)
		if c.missing > 0 && (len(strings.Split(f.Meta["missing"], "、")) != c.missing || !strings.Contains(f.Meta["required"], "证件号码")) {
			t.Errorf("%s: %v", c.name, f.Meta)
		}
		for k, v := range f.Meta {
			if strings.Contains(v, "990101") {
				t.Errorf("%s: %s quotes the file", c.name, k)
			}
		}
	}
}

func TestColumnsShownNeverHoldANumber(t *testing.T) {
	got := Layout{Encoding: UTF8, Delimiter: ',', Header: []byte("姓名,990101199006300058,公民身份号码")}.Columns()
	if diff := cmp.Diff([]string{"姓名", "…", "公民身份号码"}, got); diff != "" {
		t.Error(diff)
	}
}
