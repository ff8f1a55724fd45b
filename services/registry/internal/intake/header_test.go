package intake

import (
	"errors"
	"strings"
	"testing"

	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
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
		for _, enc := range []rowfile.Encoding{rowfile.UTF8, rowfile.GB18030} {
			if _, err := mapColumns(layoutOf(t, enc, header).Columns, nil); err != nil {
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
		"XM": fName, "SFZH": fCitizen, "GMSFHM": fCitizen, "XB": fSex, "CSRQ": fBirth, "MZ": fEthnic, "HJDXZQH": fHukouDivision, "XZDXZQH": fDivision, "CYM": fFormerName, "BM": fAlias, "JZZBH": fPermitNumber, "HJDZ_XZQHDM": fHukouDivision, "XZZ_DZMC": fAddress,
		"XJZDZZ": fAddress, "DDBDRQ": fArrived, "JZSY": fReason, "LXFS_SJ": fPhone, "GZDW": fEmployer, "HYZK": fMarital, "JZZYXQ": fPermitUntil, "ZXSJ": fCancelled,
	} {
		if f, ok := list.byName[intake.ColumnKey(name)]; !ok || f != want {
			t.Errorf("%s is %s", name, fieldNames[f])
		}
	}
	for f, title := range list.titles {
		if title == "" {
			t.Errorf("the field %s has no column", fieldNames[f])
		}
	}
	for _, name := range intake.RejectColumns {
		if _, known := list.byName[intake.ColumnKey(name)]; known {
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
		{"a row instead of a header", "E1,居住登记,20250301,990101199006300058", rowfile.ErrColumnsUnknown, 2},
		{"foreign words", "foo,bar,baz", rowfile.ErrColumnsUnknown, 2},
		{"no day", "姓名,公民身份号码", rowfile.ErrColumnsUnknown, 1},
		{"a number without its kind", "姓名,证件号码,生效日期", rowfile.ErrColumnsUnknown, 1},
		{"the same twice", "姓名,XM,公民身份号码,生效日期", rowfile.ErrColumnTwice, 0},
	} {
		_, err := mapColumns(layoutOf(t, rowfile.UTF8, c.header).Columns, nil)
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
