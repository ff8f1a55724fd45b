package cli

import (
	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type recordProfiles struct {
	List   recordProfileList   `cmd:"" help:"列出一类记录的映射方案。List the profiles of a kind of record."`
	Show   recordProfileShow   `cmd:"" help:"显示一个映射方案；default 为内置列名。Show a profile; default is what is known without any."`
	Check  recordProfileCheck  `cmd:"" help:"检查一个方案文件，不保存。Check a file of a profile; nothing is kept."`
	Save   recordProfileSave   `cmd:"" help:"保存一个方案文件，新建或换成下一版。Keep a file of a profile as a new one or the next version."`
	Delete recordProfileDelete `cmd:"" help:"删除一个映射方案。Remove a profile."`
}

type recordProfileList struct {
	ofKind
	listing
	Limit int `default:"100" placeholder:"N" help:"最多列出多少个，0 为全部，默认 100。At most so many, 0 for all; 100 by default."`
}

// Run lists the profiles.
func (c recordProfileList) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		return listed(a, c.Limit, c.Output, func(size int32, token string) (page[*intakev1.ImportProfile], error) {
			resp, err := s.ListImportProfiles(a.ctx, &intakev1.ListImportProfilesRequest{Kind: c.Kind, PageSize: size, PageToken: token})
			return page[*intakev1.ImportProfile]{resp.GetProfiles(), resp.GetNextPageToken()}, err
		}, recordProfileTable)
	})
}

func recordProfileTable(list ...*intakev1.ImportProfile) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "name", Title: "方案 Profile"},
		{Key: "version", Title: "版本 Version", Right: true},
		{Key: "sender_pattern", Title: "报送单位 Senders"},
		{Key: "format", Title: "类型 Format"},
		{Key: "columns", Title: "列 Columns", Right: true},
		{Key: "title", Title: "名称 Title"},
	}}
	for _, p := range list {
		t.Add(p.GetName(), p.GetEtag(), orNil(p.GetSenderPattern()), orNil(p.GetHints().GetFormat()), len(p.GetMapping().GetColumns()), orNil(p.GetTitle()))
	}
	return t
}

type recordProfileShow struct {
	ofKind
	Name string `arg:"" help:"方案名称。Name of the profile."`
}

// Run prints the profile as a file that save takes.
func (c recordProfileShow) Run(a *app) error {
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		return showProfile(a.Out, func() (profileMessage, error) {
			resp, err := s.GetImportProfile(a.ctx, &intakev1.GetImportProfileRequest{Kind: c.Kind, Name: c.Name})
			return resp.GetProfile(), err
		})
	})
}

type recordProfileFile struct {
	ofKind
	File string `arg:"" help:"方案文件（YAML）；- 为标准输入。The profile as YAML; - reads stdin."`
}

type recordProfileCheck struct{ recordProfileFile }

// Run asks the service whether it would keep the profile.
func (c recordProfileCheck) Run(a *app) error {
	p := &intakev1.ImportProfile{}
	if err := readProfile(a, c.File, p); err != nil {
		return err
	}
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		return showProfile(a.Out, func() (profileMessage, error) {
			resp, err := s.CreateImportProfile(a.ctx, &intakev1.CreateImportProfileRequest{Kind: c.Kind, Profile: p, ValidateOnly: true})
			return resp.GetProfile(), err
		})
	})
}

type recordProfileSave struct{ recordProfileFile }

// Help shows what a file looks like.
func (recordProfileSave) Help() string {
	return "文件中写有 etag 时，仅当它仍是当前版本才替换。With etag in the file it replaces that version only.\n\n" +
		"  name: cdc-990101\n  sender_pattern: cdc-9901*\n  hints: {format: CSV, delimiter: \"|\"}\n  mapping:\n    date_format: dd/MM/yyyy\n    columns:\n      - {column: 打的什么, field: product}\n" +
		"    words:\n      - {field: product, word: 乙肝, code: HepB}\n    constants:\n      - {field: site, value: LA}\n  skips:\n    - {column: 打的什么, values: [合计]}"
}

// Run keeps the profile and shows it.
func (c recordProfileSave) Run(a *app) error {
	p := &intakev1.ImportProfile{}
	if err := readProfile(a, c.File, p); err != nil {
		return err
	}
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		get := func() (profileMessage, error) {
			resp, err := s.GetImportProfile(a.ctx, &intakev1.GetImportProfileRequest{Kind: c.Kind, Name: p.GetName()})
			return resp.GetProfile(), err
		}
		create := func() (profileMessage, error) {
			resp, err := s.CreateImportProfile(a.ctx, &intakev1.CreateImportProfileRequest{Kind: c.Kind, Profile: p})
			return resp.GetProfile(), err
		}
		update := func() (profileMessage, error) {
			resp, err := s.UpdateImportProfile(a.ctx, &intakev1.UpdateImportProfileRequest{Kind: c.Kind, Profile: p})
			return resp.GetProfile(), err
		}
		return keepProfile(a.Out, get, create, update)
	})
}

type recordProfileDelete struct {
	ofKind
	Name string `arg:"" help:"方案名称。Name of the profile."`
}

// Run removes the profile.
func (c recordProfileDelete) Run(a *app) error {
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		_, err := s.DeleteImportProfile(a.ctx, &intakev1.DeleteImportProfileRequest{Kind: c.Kind, Name: c.Name})
		return err
	})
}
