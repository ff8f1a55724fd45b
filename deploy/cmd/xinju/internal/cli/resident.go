package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/ids"
)

type residentCmds struct {
	Get     residentGet     `cmd:"" help:"查看一名居民：居住、居住证、户籍。One resident: stays, permits, hukou."`
	Explain residentExplain `cmd:"" help:"逐条解释该居民应享什么服务、为什么。What a resident is owed on a day, and why, rule by rule."`
}

// person names a resident: by identifier, or by a document whose number comes on
// stdin. A number on the command line would be seen by every user of the machine.
type person struct {
	ID            string `arg:"" optional:"" help:"居民编号，26 位。Identifier of the resident, 26 characters."`
	DocumentStdin bool   `help:"从标准输入读证件号码。Read the number of a document from stdin."`
	DocumentType  int32  `placeholder:"N" default:"1" help:"证件类型代码，默认 1 居民身份证，3 护照，10 出生医学证明。Kind of document: 1 citizen's card (default), 3 passport, 10 birth certificate."`
	Country       string `placeholder:"CODE" help:"护照签发国三位代码。Issuing country of a passport."`
}

// resolve returns the identifier.
func (p person) resolve(a *app, s *client.Suite) (string, error) {
	if (p.ID == "") == !p.DocumentStdin {
		return "", outcome.Usage("请给出居民编号，或用 --document-stdin 从标准输入读证件号码（二者取一）", "name the resident by identifier, or give a document's number with --document-stdin: one of the two")
	}
	if p.ID != "" && !ids.Valid(p.ID) {
		// It may be a document's number: it is neither sent, where it would be logged, nor repeated.
		return "", outcome.Usage("居民编号为 26 位；证件号码请用 --document-stdin 从标准输入给出", "an identifier has 26 characters; a document's number is given on stdin with --document-stdin")
	}
	if p.ID != "" {
		return p.ID, nil
	}
	number, err := readNumber(a.In)
	if err != nil {
		return "", err
	}
	resp, err := s.Registry.LookupResidents(a.ctx, &registryv1.LookupResidentsRequest{Documents: []*registryv1.Document{
		{Type: registryv1.DocumentType(p.DocumentType), Number: number, Country: p.Country},
	}})
	if err != nil {
		return "", err
	}
	if len(resp.GetResults()) != 1 {
		return "", errors.New("the registry gave no result for the document")
	}
	result := resp.GetResults()[0]
	switch {
	case result.GetResidentId() != "":
		return result.GetResidentId(), nil
	case result.GetReason() == "RESIDENT_NOT_FOUND":
		return "", &outcome.Error{Code: outcome.NotFound, Chinese: "没有持该证件的居民", English: "no resident holds this document"}
	}
	return "", invalid(result.GetReason())
}

// invalid says why a document cannot be looked up. A registry of a later version
// may have reasons that this program does not know.
func invalid(reason string) error {
	for _, f := range fault.Declared() {
		if f.Reason == reason {
			return f
		}
	}
	return outcome.Usage("证件无效", "the document is not valid: "+reason)
}

// readNumber reads the first line. What it says of a failure never quotes it.
func readNumber(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 256)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the number from stdin: %w", err)
	}
	if line = strings.TrimSpace(line); line == "" {
		return "", outcome.Usage("标准输入中没有证件号码", "there is no number on stdin")
	}
	return line, nil
}

type residentGet struct {
	connected
	listing
	person
	Full bool `help:"显示姓名、电话、单位、地址；证件号码从不显示。Show name, telephone, employer, addresses; numbers of documents are never shown."`
}

// Help shows how it is used.
func (residentGet) Help() string {
	return "例 examples:\n\n  xinju resident get 01JZ8M3Q4R5S6T7V8W9X0Y1Z2A\n  xinju resident get --document-type 1 --document-stdin < number.txt"
}

// Run asks and prints.
func (c residentGet) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		id, err := c.resolve(a, s)
		if err != nil {
			return err
		}
		resp, err := s.Registry.GetResident(a.ctx, &registryv1.GetResidentRequest{ResidentId: id})
		if err != nil {
			return err
		}
		r := shownPerson(resp.GetResident(), c.Full)
		switch c.Output {
		case show.JSON:
			return show.Message(a.Out, r)
		case show.CSV:
			return personRow(r).Write(a.Out, show.CSV)
		}
		return writePerson(a, newDirectory(s), r)
	})
}

// personRow is the person in one line, with the latest stay.
func personRow(r *registryv1.Resident) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "resident_id"},
		{Key: "name"},
		{Key: "sex"},
		{Key: "birth_date"},
		{Key: "death_date"},
		{Key: "phone"},
		{Key: "employer"},
		{Key: "division"},
		{Key: "address"},
		{Key: "arrived_date"},
		{Key: "left_date"},
		{Key: "review_flags"},
	}}
	var stay *registryv1.Residence
	if n := len(r.GetResidences()); n > 0 {
		stay = r.GetResidences()[n-1]
	}
	t.Add(r.GetResidentId(), r.GetName(), r.GetSex(), dateText(r.GetBirthDate()), dateText(r.GetDeathDate()), r.GetPhone(), r.GetEmployer(),
		stay.GetDivision(), stay.GetAddress(), dateText(stay.GetArrivedDate()), dateText(stay.GetLeftDate()), strings.Join(r.GetReviewFlags(), " "))
	return t
}

var sexes = map[int32]string{0: "未知 unknown", 1: "男 male", 2: "女 female", 9: "未说明 not stated"}

func writePerson(a *app, names *directory, r *registryv1.Resident) error {
	var b strings.Builder
	line := func(title string, v any) {
		if v != nil && v != "" {
			fmt.Fprintf(&b, "%s%s%v\n", title, strings.Repeat(" ", max(1, 20-show.Width(title))), v)
		}
	}
	line("居民编号 Resident", r.GetResidentId())
	line("姓名 Name", r.GetName())
	line("性别 Sex", sexes[r.GetSex()])
	line("出生日期 Born", dateText(r.GetBirthDate()))
	line("民族 Ethnic", r.GetEthnicCode())
	line("电话 Phone", r.GetPhone())
	line("单位 Employer", r.GetEmployer())
	line("死亡日期 Died", dateText(r.GetDeathDate()))
	for _, d := range r.GetDocuments() {
		line("证件 Document", documentName(d.GetType()))
	}
	line("待核 To review", strings.Join(r.GetReviewFlags(), ", "))
	if _, err := io.WriteString(a.Out, b.String()); err != nil {
		return err
	}
	for _, section := range []struct {
		title string
		table *show.Table
	}{
		{"居住 Stays", stays(a, names, r)}, {"居住证 Permits", permits(a, names, r)}, {"户籍 Hukou", hukou(a, names, r)},
	} {
		if len(section.table.Rows) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(a.Out, "\n%s\n", section.title); err != nil {
			return err
		}
		if err := section.table.Write(a.Out, show.Eyes); err != nil {
			return err
		}
	}
	return nil
}

func stays(a *app, names *directory, r *registryv1.Resident) *show.Table {
	t := &show.Table{Columns: []show.Column{{Title: "来 Arrived"}, {Title: "去 Left"}, {Title: "区划 Division"}, {Title: "地址 Address"}, {Title: "登记 Registered"}, {Title: "事由 Reason"}}}
	for _, s := range r.GetResidences() {
		t.Add(dateText(s.GetArrivedDate()), dateText(s.GetLeftDate()), names.division(a.ctx, s.GetDivision()), s.GetAddress(), dateText(s.GetRegisteredDate()), reasonNames[s.GetReason()])
	}
	return t
}

func permits(a *app, names *directory, r *registryv1.Resident) *show.Table {
	t := &show.Table{Columns: []show.Column{{Title: "签发 Issued"}, {Title: "有效期止 Valid until"}, {Title: "失效 Lapsed"}, {Title: "注销 Cancelled"}, {Title: "签发地 Division"}}}
	for _, p := range r.GetPermits() {
		t.Add(dateText(p.GetIssuedDate()), dateText(p.GetValidUntilDate()), dateText(p.GetLapsedDate()), dateText(p.GetCancelledDate()), names.division(a.ctx, p.GetDivision()))
	}
	return t
}

func hukou(a *app, names *directory, r *registryv1.Resident) *show.Table {
	t := &show.Table{Columns: []show.Column{{Title: "自 From"}, {Title: "户籍地 Division"}}}
	for _, h := range r.GetHukou() {
		code := h.GetDivision()
		if len(code) == 6 {
			code += "000000"
		}
		t.Add(dateText(h.GetFromDate()), names.division(a.ctx, code))
	}
	return t
}
