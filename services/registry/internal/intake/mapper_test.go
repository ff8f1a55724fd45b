package intake

import (
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
)

func TestABirthOfWhichOnlyPartIsKnownStaysPartial(t *testing.T) {
	for text, want := range map[string]string{
		"1990": "1990", "199005": "1990-05", "1990-05": "1990-05", "19900500": "1990-05", "19900000": "1990", "1990年5月": "1990-05",
		"1990-05-07": "", "33000": "",
	} {
		r := rowOf(t, rowfile.GB18030, map[string]string{"出生日期": text})
		if r.Fault != nil || r.Event.BirthPartial != want || (r.Event.Birth == civil.None) != (want != "") {
			t.Errorf("%s: %v, %q, %s", text, r.Fault, r.Event.BirthPartial, r.Event.Birth)
		}
	}
}

func TestSerialNumbersOfSpreadsheetsAreDays(t *testing.T) {
	r := rowOf(t, rowfile.UTF8, map[string]string{"生效日期": "45717", "出生日期": "33054"})
	if r.Fault != nil || r.Event.Effective != civil.Must("2025-03-01") || r.Event.Birth != civil.Must("1990-06-30") {
		t.Errorf("%v, %s, %s", r.Fault, r.Event.Effective, r.Event.Birth)
	}
}

func TestNamesWithOddCharactersKeepTheirBytes(t *testing.T) {
	private := rowOf(t, rowfile.GB18030, map[string]string{"姓名": "raw:\xCD\xF5\xAA\xA1"})
	if e := private.Event; e.NameRaw != "\xCD\xF5\xAA\xA1" || e.NameEncoding != "GB18030" {
		t.Errorf("private use: %q in %s", e.NameRaw, e.NameEncoding)
	}
	rare := rowOf(t, rowfile.UTF8, map[string]string{"姓名": "王𣲗"})
	if e := rare.Event; rare.Fault != nil || e.NameRaw != "王𣲗" || e.NameEncoding != "UTF-8" {
		t.Errorf("rare: %q in %s", e.NameRaw, e.NameEncoding)
	}
	if e := rowOf(t, rowfile.GB18030, nil).Event; e.NameRaw != "" || e.NameEncoding != "" {
		t.Errorf("usual: %q", e.NameRaw)
	}
}

func TestFormerNamesPermitNumbersAndTheSecondOfAMergeAreRead(t *testing.T) {
	const header = "事件类型,生效日期,公民身份号码,姓名,曾用名,BM,居住证编号,被合并证件类型,被合并证件号码,被合并证件国籍"
	m := readerOf(t, rowfile.UTF8, header, nil)
	for _, c := range []struct {
		row, former, permit string
		other               ident.DocType
	}{
		{"挂失,20250301,990101199006300058,王小明,王大明,小王,J990101,,,", "王大明", "J990101", ""},
		{"补领,20250301,990101199006300058,王小明,,小王,'0990102,,,", "小王", "0990102", ""},
		{"合并,20250301,990101199006300058,王小明,,,,,990101198811120063,", "", "", ident.CitizenCard},
		{"MERGE,20250301,990101199006300058,王小明,,,,护照,E12345678,VNM", "", "", ident.Passport},
	} {
		r := m.row(t, []byte(c.row+"\n"))
		if e := r.Event; r.Fault != nil || e.FormerName != c.former || e.PermitNumber != c.permit || e.OtherDocument.Type != c.other {
			t.Errorf("%s: %v, %q, %q, %s", c.row, r.Fault, e.FormerName, e.PermitNumber, e.OtherDocument.Type)
		}
	}
	r := m.row(t, []byte("合并,20250301,990101199006300058,王小明,,,,,990101198811120064,\n"))
	if r.Fault == nil || r.Fault.Reason != ident.ErrCheckDigit.Reason || r.Column != "被合并证件号码" {
		t.Errorf("a wrong second number: %v in %s", r.Fault, r.Column)
	}
}

func aProfile() *intake.Profile {
	return &intake.Profile{
		Name: "ga", Version: 1, Target: Kind,
		Columns: []intake.ProfileColumn{
			{Column: "RYXM", Field: "name"},
			{Column: "HM", Field: "citizen_number"},
			{Column: "XM", Field: ""},
			{Column: "XZQH", Field: "division"},
			{Column: "RQ", Field: "effective_date"},
		},
		Words:      []intake.ProfileWord{{Field: "sex", Word: "A", Code: "1"}, {Field: "sex", Word: "B", Code: "女"}},
		Constants:  []intake.ProfileConstant{{Field: "type", Value: "ARRIVE"}, {Field: "reason", Value: "务工"}},
		DateFormat: "dd/MM/yyyy",
	}
}

func TestAProfileMapsColumnsWordsDaysAndConstants(t *testing.T) {
	m := readerOf(t, rowfile.UTF8, "RYXM,HM,XM,XB,XZQH,RQ", aProfile())
	r := m.row(t, []byte("王小明,990101199006300058,厂长,A,990101001001,01/03/2025\n"))
	e := r.Event
	if r.Fault != nil || e.Name != "王小明" || e.Type != core.Arrive || e.Sex != 1 || e.Reason != 1 || e.Effective != civil.Must("2025-03-01") || e.Division != "990101001001" {
		t.Errorf("%v in %s, %+v", r.Fault, r.Column, e)
	}
	for row, column := range map[string]string{
		"王小明,990101199006300058,厂长,A,990101001001,2025-03-01\n": "RQ", "王小明,990101199006300058,厂长,C,990101001001,01/03/2025\n": "XB",
	} {
		if r := m.row(t, []byte(row)); r.Fault == nil || r.Column != column {
			t.Errorf("%s: %v in %q", row, r.Fault, r.Column)
		}
	}
	if r := m.row(t, []byte("李华,990101198811120063,厂长,B,990101001001,01/03/2025\n")); r.Fault != nil || r.Event.Sex != 2 {
		t.Errorf("%v, %d", r.Fault, r.Event.Sex)
	}
	only := aProfile()
	only.Only = true
	if r := readerOf(t, rowfile.UTF8, "RYXM,HM,XM,XB,XZQH,RQ", only).row(t, []byte("王小明,990101199006300058,厂长,A,990101001001,01/03/2025\n")); r.Event.Sex != 0 {
		t.Error("a name that is known by itself is read")
	}
}

func TestTheNamesKnownByThemselvesAreAProfileThatPasses(t *testing.T) {
	p := Residence{}.Default()
	if len(p.Columns) < 150 || len(p.Words) < 200 {
		t.Fatalf("%d columns, %d words", len(p.Columns), len(p.Words))
	}
	for _, c := range p.Columns {
		if !slices.Contains(Residence{}.Fields(), c.Field) {
			t.Errorf("%s", c.Field)
		}
	}
	for _, w := range p.Words {
		if !(Residence{}).Reads(w.Field, w.Code) || !(Residence{}).Reads(w.Field, w.Word) {
			t.Errorf("%s does not read %q, %q", w.Field, w.Word, w.Code)
		}
	}
	if (Residence{}).Reads("sex", "7") || (Residence{}).Reads("nothing", "1") || !(Residence{}).Reads("name", "王小明") {
		t.Error("the lists of codes are not looked at")
	}
}

func TestSourcedNamesAreThoseOfThePublishedList(t *testing.T) {
	list, err := columnNames()
	if err != nil {
		t.Fatal(err)
	}
	var sourced []string
	for _, e := range list.entries {
		sourced = append(sourced, e.Sourced...)
		for _, n := range slices.Concat(e.Sourced, e.Recalled) {
			if strings.Trim(n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
				t.Errorf("%s is no pinyin initials", n)
			}
		}
	}
	if len(sourced) != 18 {
		t.Errorf("%d names: %v", len(sourced), sourced)
	}
}
