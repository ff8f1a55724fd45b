package intake

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
)

const fullHeader = "事件编号,事件类型,生效日期,证件类型,证件号码,姓名,性别,出生日期,民族,户籍地区划,户口性质,居住地区划,居住地址,来本地日期,居住事由,联系电话,工作单位,婚姻状况,居住证有效期止,被更正事件编号,登记时间,国籍,备注"

// rowOf maps one row, given as column=value on top of a good arrival.
func rowOf(t *testing.T, enc rowfile.Encoding, changes map[string]string) read {
	t.Helper()
	good := map[string]string{
		"事件编号": "E1", "事件类型": "居住登记", "生效日期": "20250301", "证件类型": "居民身份证", "证件号码": "990101199006300058", "姓名": "王小明", "性别": "男",
		"出生日期": "1990-06-30", "民族": "汉族", "户籍地区划": "990101", "居住地区划": "990101001001", "居住地址": "幸福里１号，２栋", "来本地日期": "2025/2/27",
		"居住事由": "务工", "联系电话": "13800000000", "工作单位": "新居制衣厂", "婚姻状况": "已婚", "登记时间": "2025-03-01 09:00:00",
	}
	for k, v := range changes {
		if !strings.Contains(fullHeader, k) {
			t.Fatalf("no column %s", k)
		}
		good[k] = v
	}
	names := strings.Split(fullHeader, ",")
	cells := make([][]byte, len(names))
	for i, n := range names {
		if strings.HasPrefix(good[n], "raw:") {
			cells[i] = []byte(good[n][4:])
		} else {
			cells[i] = enc.AppendEncoded(nil, good[n])
		}
	}
	var raw []byte
	for i, c := range cells {
		if i > 0 {
			raw = append(raw, ',')
		}
		raw = append(raw, c...)
	}
	return readerOf(t, enc, fullHeader, nil).row(t, append(raw, '\n'))
}

func TestAGoodRowBecomesAnEvent(t *testing.T) {
	number, err := ident.ParseCitizen("990101199006300058")
	if err != nil {
		t.Fatal(err)
	}
	at := civil.Must("2025-03-01").Time().Add(9 * time.Hour).UnixMilli()
	want := core.Event{
		Sender: "ga-990101", ID: "E1", Type: core.Arrive, Effective: civil.Must("2025-03-01"), TimeMS: at,
		Document: ident.Document{Type: ident.CitizenCard, Number: number}, Name: "王小明", Sex: 1, Birth: civil.Must("1990-06-30"), Ethnic: "01", Marital: 20,
		Phone: "13800000000", Employer: "新居制衣厂", HukouDivision: "990101", Division: "990101001001", Address: "幸福里１号，２栋",
		Arrived: civil.Must("2025-02-27"), Reason: 1,
	}
	for _, enc := range []rowfile.Encoding{rowfile.GB18030, rowfile.UTF8} {
		r := rowOf(t, enc, nil)
		if r.Fault != nil || r.Review != nil {
			t.Fatalf("%s: refused with %s in %s", enc, r.Fault.Reason, r.Column)
		}
		if diff := cmp.Diff(want, r.Event, cmpopts.EquateComparable(ident.Number{})); diff != "" {
			t.Errorf("%s: %s", enc, diff)
		}
	}
}

func TestBadValuesRefuseTheRowWithReasonAndColumn(t *testing.T) {
	for _, c := range []struct {
		name    string
		changes map[string]string
		want    *fault.Error
		column  string
	}{
		{"bytes that are no character", map[string]string{"姓名": "raw:\xCD\xF5\xFF"}, rowfile.ErrEncoding, "姓名"},
		{"a name cut in half a character", map[string]string{"姓名": "raw:\xCD\xF5\xD0"}, rowfile.ErrEncoding, "姓名"},
		{"a broken column that nobody reads", map[string]string{"备注": "raw:\xFF"}, rowfile.ErrEncoding, "备注"},
		{"a day that does not exist", map[string]string{"生效日期": "20250229"}, rowfile.ErrDateImpossible, "生效日期"},
		{"a month 13", map[string]string{"来本地日期": "2025-13-01"}, rowfile.ErrDateImpossible, "来本地日期"},
		{"a spreadsheet's number of no day", map[string]string{"出生日期": "330540"}, rowfile.ErrDateImpossible, "出生日期"},
		{"part of a day where a whole one is needed", map[string]string{"生效日期": "2025-03"}, rowfile.ErrDateImpossible, "生效日期"},
		{"part of a day as the time of recording", map[string]string{"登记时间": "2025"}, rowfile.ErrDateImpossible, "登记时间"},
		{"a name with pinyin put in", map[string]string{"居住地址": "衛(wèi)生院"}, rowfile.ErrTextConverted, "居住地址"},
		{"a day in two days", map[string]string{"生效日期": "2025-07-02"}, core.ErrFuture, "生效日期"},
		{"a birth to come", map[string]string{"出生日期": "2031-01-01"}, core.ErrFuture, "出生日期"},
		{"an impossible time", map[string]string{"登记时间": "2025-03-01 27:00"}, rowfile.ErrDateImpossible, "登记时间"},
		{"a number as 9.90101E+17", map[string]string{"证件号码": "9.90101E+17"}, rowfile.ErrNumberExcel, "证件号码"},
		{"the last digits zeroed", map[string]string{"证件号码": "990101199006300000"}, rowfile.ErrNumberExcel, "证件号码"},
		{"a telephone as 1.38E+10", map[string]string{"联系电话": "1.38E+10"}, rowfile.ErrNumberExcel, "联系电话"},
		{"a division as 9.90101E+11", map[string]string{"居住地区划": "9.90101E+11"}, rowfile.ErrNumberExcel, "居住地区划"},
		{"a wrong check digit", map[string]string{"证件号码": "990101199006300059"}, ident.ErrCheckDigit, "证件号码"},
		{"a number with an impossible birth date", map[string]string{"证件号码": "330681188902290014"}, ident.ErrBirthDate, "证件号码"},
		{"a number of 17 digits", map[string]string{"证件号码": "99010119900630005"}, ident.ErrMalformed, "证件号码"},
		{"a number of another kind", map[string]string{"证件号码": "810000198906150011"}, ident.ErrKind, "证件号码"},
		{"an unknown kind of document", map[string]string{"证件类型": "学生证"}, ident.ErrDocType, "证件类型"},
		{"no kind of document", map[string]string{"证件类型": ""}, ErrValueMissing, "证件类型"},
		{"a passport without a country", map[string]string{"证件类型": "护照", "证件号码": "E12345678"}, ident.ErrCountry, "国籍"},
		{"no kind of event", map[string]string{"事件类型": ""}, ErrValueMissing, "事件类型"},
		{"an unknown kind of event", map[string]string{"事件类型": "飞升"}, core.ErrType, "事件类型"},
		{"an unknown sex", map[string]string{"性别": "3"}, core.ErrCode, "性别"},
		{"an unknown people", map[string]string{"民族": "火星族"}, core.ErrCode, "民族"},
		{"an unknown marital state", map[string]string{"婚姻状况": "7"}, core.ErrCode, "婚姻状况"},
		{"an unknown reason", map[string]string{"居住事由": "修仙"}, core.ErrCode, "居住事由"},
		{"an unknown kind of hukou", map[string]string{"户口性质": "x"}, core.ErrCode, "户口性质"},
		{"a division of 11 digits", map[string]string{"居住地区划": "99010100100"}, ErrDivisionForm, "居住地区划"},
		{"a division of letters", map[string]string{"户籍地区划": "某某县"}, ErrDivisionForm, "户籍地区划"},
		{"a name with a question mark", map[string]string{"姓名": "王?明"}, rowfile.ErrTextDamaged, "姓名"},
		{"question marks in an address", map[string]string{"居住地址": "幸福里??路1号"}, rowfile.ErrTextDamaged, "居住地址"},
		{"UTF-8 that was read as GBK", map[string]string{"姓名": "raw:\xE7\x8E\x8B\xE5\xB0\x8F"}, rowfile.ErrTextDamaged, "姓名"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rowOf(t, rowfile.GB18030, c.changes)
			if r.Fault == nil {
				t.Fatalf("accepted")
			}
			if r.Fault.Reason != c.want.Reason || r.Column != c.column {
				t.Errorf("%s in %s", r.Fault.Reason, r.Column)
			}
		})
	}
}

func TestRecoverableFormsAreCleaned(t *testing.T) {
	for name, changes := range map[string]map[string]string{
		"a leading apostrophe":         {"证件号码": "'990101199006300058"},
		"a formula around the number":  {"证件号码": `="990101199006300058"`},
		"a quoted formula":             {"证件号码": `"=""990101199006300058"""`},
		"full-width digits":            {"证件号码": "９９０１０１１９９００６３０００５８"},
		"blanks around it":             {"证件号码": "  990101199006300058 "},
		"codes instead of words":       {"事件类型": "ARRIVE", "证件类型": "01", "性别": "1", "民族": "1", "婚姻状况": "20", "居住事由": "1"},
		"a time with the date":         {"生效日期": "2025-03-01 00:00:00"},
		"a tab in front of the number": {"证件号码": "\t990101199006300058"},
	} {
		r := rowOf(t, rowfile.GB18030, changes)
		if r.Fault != nil {
			t.Errorf("%s: refused with %s in %s", name, r.Fault.Reason, r.Column)
			continue
		}
		if diff := cmp.Diff(rowOf(t, rowfile.GB18030, nil).Event, r.Event, cmpopts.EquateComparable(ident.Number{})); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestPrivateUseCharactersAskForReview(t *testing.T) {
	name := rowOf(t, rowfile.GB18030, map[string]string{"姓名": "raw:\xCD\xF5\xAA\xA1"})
	if name.Fault != nil || name.Review != core.FlagPrivateUse || name.ReviewColumn != "姓名" {
		t.Errorf("in a name: %v, %v, %q", name.Fault, name.Review, name.ReviewColumn)
	}
	address := rowOf(t, rowfile.UTF8, map[string]string{"居住地址": "\uE001里1号"})
	if address.Fault != nil || address.Review != rowfile.ErrTextPrivate || address.ReviewColumn != "居住地址" {
		t.Errorf("in an address: %v, %v, %q", address.Fault, address.Review, address.ReviewColumn)
	}
}

func TestBrokenLinesAreRefused(t *testing.T) {
	m := readerOf(t, rowfile.UTF8, "SFZH,XM,DDBDRQ", nil)
	for _, c := range []struct {
		name string
		raw  string
		want *fault.Error
	}{
		{"too few columns", "990101199006300058,a\n", rowfile.ErrColumns},
		{"too many columns", "990101199006300058,a,20250301,x\n", rowfile.ErrColumns},
		{"a torn last line", "990101199006300058,a", rowfile.ErrTorn},
		{"too long", "990101199006300058,a" + strings.Repeat("a", 70_000), rowfile.ErrTooLong},
		{"an open quotation mark", "990101199006300058,\"a,20250301\n", rowfile.ErrQuotes},
		{"empty columns beyond the header", "990101199006300058,a,20250301,, \n", nil},
		{"a whole last line", "990101199006300058,a,20250301", nil},
	} {
		if r := m.row(t, []byte(c.raw)); r.Fault != c.want {
			t.Errorf("%s: %v", c.name, r.Fault)
		}
	}
}

func TestAListOfResidentsWithoutEventTypesIsArrivalsAndDepartures(t *testing.T) {
	m := readerOf(t, rowfile.UTF8, "XM,SFZH,DDBDRQ,TBSJ,ZXSJ,XZDXZQH", nil)
	for _, c := range []struct {
		raw                string
		kind               core.EventType
		effective, arrived string
	}{
		{"王小明,990101199006300058,20250101,20250105,,990101001001", core.Arrive, "2025-01-05", "2025-01-01"},
		{"王小明,990101199006300058,20250101,,,990101001001", core.Arrive, "2025-01-01", "2025-01-01"},
		{"王小明,990101199006300058,20250101,20250105,20250601,990101001001", core.Leave, "2025-06-01", "2025-01-01"},
	} {
		r := m.row(t, []byte(c.raw+"\n"))
		if r.Fault != nil || r.Event.Type != c.kind || r.Event.Effective.String() != c.effective || r.Event.Arrived.String() != c.arrived {
			t.Errorf("%v: type %d, effective %s, arrived %s", r.Fault, r.Event.Type, r.Event.Effective, r.Event.Arrived)
		}
	}
}

func TestEveryKindOfEventHasItsWords(t *testing.T) {
	for word, want := range map[string]core.EventType{
		"居住登记": core.Arrive, "地址变更": core.Move, "注销": core.Leave, "居住证签发": core.PermitIssue, "签注": core.PermitEndorse, "居住证失效": core.PermitLapse,
		"居住证注销": core.PermitCancel, "迁入户籍": core.HukouIn, "出生": core.Birth, "死亡": core.Death, "更正": core.Correct, "撤销": core.Void,
		"ARRIVE": core.Arrive, "void": core.Void, "permit_endorse": core.PermitEndorse, "HUKOU_IN": core.HukouIn, "挂失": core.PermitLost, "补领": core.PermitReissue, "换领": core.PermitReissue, "合并": core.Merge, "15": core.Merge, "3": core.Leave, "03": core.Leave,
	} {
		if r := rowOf(t, rowfile.UTF8, map[string]string{"事件类型": word}); r.Fault != nil || r.Event.Type != want {
			t.Errorf("%s: %v, type %d", word, r.Fault, r.Event.Type)
		}
	}
}

func TestEveryListHasOnlyCodesThatCoreKnows(t *testing.T) {
	lists, err := codes()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []field{fType, fSex, fDocType, fHukouKind, fMarital, fReason, fEthnic, fCountry} {
		if len(lists[f]) == 0 {
			t.Errorf("no values for %s", fieldNames[f])
		}
		for word, code := range lists[f] {
			if got, ok := lists.find(f, word); !ok || got != code {
				t.Errorf("%s: %q gives %q", fieldNames[f], word, got)
			}
		}
	}
	seen := map[string]bool{}
	for _, code := range lists[fEthnic] {
		seen[code] = true
	}
	if len(seen) != 58 {
		t.Errorf("GB/T 3304 has 58 codes, here are %d", len(seen))
	}
	for _, kind := range lists[fDocType] {
		if _, err := ident.Parse(ident.DocType(kind), "x", ""); errors.Is(err, ident.ErrDocType) {
			t.Errorf("kind of document %s is not known", kind)
		}
	}
}

func TestRefusalsNeverQuoteTheRow(t *testing.T) {
	const number = "990101199006300059"
	r := rowOf(t, rowfile.UTF8, map[string]string{"证件号码": number})
	if text := fmt.Sprintf("%v %+v %s %s", r.Fault, r.Fault, r.Fault.Chinese, r.Column); strings.Contains(text, number) || strings.Contains(text, "王小明") {
		t.Error("the refusal quotes the row")
	}
}

func FuzzRow(f *testing.F) {
	f.Add([]byte("E1,居住登记,20250301,居民身份证,990101199006300058,王小明,男,1990-06-30,汉族,990101,,990101001001,x,2025/2/27,务工,138,厂,已婚,,,,,"), false)
	f.Add(rowfile.GB18030.AppendEncoded(nil, `"a""b",="1",'2,1.1E+17,?,`), true)
	mappers := map[bool]*reading{false: readerOf(f, rowfile.UTF8, fullHeader, nil), true: readerOf(f, rowfile.GB18030, fullHeader, nil)}
	f.Fuzz(func(t *testing.T, raw []byte, gbFile bool) {
		if len(bytes.Trim(raw, " \t\r\n\x1a\ufeff")) == 0 || bytes.ContainsAny(raw, "\r\n") {
			return
		}
		m := mappers[gbFile]
		one := m.row(t, raw)
		two := m.row(t, append([]byte(nil), raw...))
		if diff := cmp.Diff(one, two, cmpopts.IgnoreUnexported(intake.Row{}), cmpopts.EquateComparable(ident.Number{}), cmp.Comparer(func(a, b *fault.Error) bool { return a == b })); diff != "" {
			t.Errorf("the same row gives different results: %s", diff)
		}
		if one.Fault == nil && !one.Event.Type.Known() {
			t.Error("an event without a kind")
		}
	})
}
