package intake

import (
	"testing"

	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
)

func TestAMotherIsACitizenUnlessTheFileSaysOtherwise(t *testing.T) {
	const header = "事件类型,出生日期,生效日期,证件类型,证件号码,居住地区划,母亲证件类型,母亲证件号码,母亲国籍"
	m := readerOf(t, rowfile.UTF8, header, nil)
	for _, c := range []struct {
		mother string
		kind   ident.DocType
		want   string
	}{
		{",990101198811120063,", ident.CitizenCard, " "},
		{"居民身份证,990101198811120063,", ident.CitizenCard, " "},
		{"护照,E12345678,VNM", ident.Passport, " "},
		{"护照,E12345678,越南", ident.Passport, " "},
		{"护照,E12345678,", ident.Passport, "DOCUMENT_COUNTRY 母亲国籍"},
		{"港澳居民来往内地通行证,H12345678,", ident.HKMacauTravel, " "},
		{",,", "", " "},
		{"驾照本,990101198811120063,", "", "DOCUMENT_TYPE_UNKNOWN 母亲证件类型"},
		{",990101198811120064,", "", "NUMBER_CHECK_DIGIT 母亲证件号码"},
		{",9.90101E+17,", "", "NUMBER_DAMAGED_BY_EXCEL 母亲证件号码"},
		{",810000198906150011,", "", "NUMBER_KIND 母亲证件号码"},
	} {
		r := m.row(t, []byte("出生,20250301,20250301,出生医学证明,Z123456789,990101001001,"+c.mother+"\n"))
		got := core.Outcome{Fault: r.Fault}.Reason() + " " + r.Column
		if got != c.want || c.want == " " && r.Event.MotherDocument.Type != c.kind {
			t.Errorf("%s: %s, mother's document of kind %q", c.want, got, r.Event.MotherDocument.Type)
		}
	}
	if got := m.ColumnOf("mother_document"); got != "母亲证件号码" {
		t.Error(got)
	}
}
