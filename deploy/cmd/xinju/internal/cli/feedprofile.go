package cli

import (
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type feedProfileCmds struct {
	List   profileList   `cmd:"" help:"列出映射方案。List the profiles."`
	Show   profileShow   `cmd:"" help:"显示一个映射方案；default 为内置列名与代码。Show a profile; default is what is known without any."`
	Check  profileCheck  `cmd:"" help:"检查一个方案文件，不保存。Check a file of a profile; nothing is kept."`
	Save   profileSave   `cmd:"" help:"保存一个方案文件，新建或换成下一版。Keep a file of a profile as a new one or the next version."`
	Delete profileDelete `cmd:"" help:"删除一个映射方案。Remove a profile."`
}

type profileList struct {
	connected
	listing
	Limit int `default:"100" placeholder:"N" help:"最多列出多少个，0 为全部，默认 100。At most so many, 0 for all; 100 by default."`
}

// Run lists the profiles.
func (c profileList) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		return listed(a, c.Limit, c.Output, func(size int32, token string) (page[*registryv1.FeedProfile], error) {
			resp, err := s.Feed.ListFeedProfiles(a.ctx, &registryv1.ListFeedProfilesRequest{PageSize: size, PageToken: token})
			return page[*registryv1.FeedProfile]{resp.GetProfiles(), resp.GetNextPageToken()}, err
		}, feedProfileTable)
	})
}

func feedProfileTable(list ...*registryv1.FeedProfile) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "name", Title: "方案 Profile"},
		{Key: "version", Title: "版本 Version", Right: true},
		{Key: "sender_pattern", Title: "报送单位 Senders"},
		{Key: "target", Title: "用于 Target"},
		{Key: "format", Title: "类型 Format"},
		{Key: "columns", Title: "列 Columns", Right: true},
		{Key: "title", Title: "名称 Title"},
	}}
	for _, p := range list {
		t.Add(p.GetName(), p.GetEtag(), orNil(p.GetSenderPattern()), p.GetTarget(), orNil(p.GetHints().GetFormat()), len(p.GetColumns()), orNil(p.GetTitle()))
	}
	return t
}

type profileShow struct {
	connected
	Name string `arg:"" help:"方案名称。Name of the profile."`
}

// Run prints the profile as a file that save takes.
func (c profileShow) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		return showProfile(a.Out, func() (profileMessage, error) {
			resp, err := s.Feed.GetFeedProfile(a.ctx, &registryv1.GetFeedProfileRequest{Name: c.Name})
			return resp.GetProfile(), err
		})
	})
}

type profileFile struct {
	connected
	File string `arg:"" help:"方案文件（YAML）；- 为标准输入。The profile as YAML; - reads stdin."`
}

type profileCheck struct{ profileFile }

// Run asks the registry whether it would keep the profile.
func (c profileCheck) Run(a *app) error {
	p, err := c.read(a)
	if err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		return showProfile(a.Out, func() (profileMessage, error) {
			resp, err := s.Feed.CreateFeedProfile(a.ctx, &registryv1.CreateFeedProfileRequest{Profile: p, ValidateOnly: true})
			return resp.GetProfile(), err
		})
	})
}

type profileSave struct{ profileFile }

// Help shows what a file looks like.
func (profileSave) Help() string {
	return "文件中写有 etag 时，仅当它仍是当前版本才替换。With etag in the file it replaces that version only.\n\n" +
		"  name: ga-990101\n  sender_pattern: ga-9901*\n  hints: {format: CSV, delimiter: \"|\"}\n  columns:\n    - {column: RYXM, field: name}\n" +
		"  words:\n    - {field: sex, word: \"01\", code: \"1\"}\n  constants:\n    - {field: type, value: ARRIVE}\n  skips:\n    - {column: RYXM, values: [合计]}"
}

// Run keeps the profile and shows it.
func (c profileSave) Run(a *app) error {
	p, err := c.read(a)
	if err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		get := func() (profileMessage, error) {
			resp, err := s.Feed.GetFeedProfile(a.ctx, &registryv1.GetFeedProfileRequest{Name: p.GetName()})
			return resp.GetProfile(), err
		}
		create := func() (profileMessage, error) {
			resp, err := s.Feed.CreateFeedProfile(a.ctx, &registryv1.CreateFeedProfileRequest{Profile: p})
			return resp.GetProfile(), err
		}
		update := func() (profileMessage, error) {
			resp, err := s.Feed.UpdateFeedProfile(a.ctx, &registryv1.UpdateFeedProfileRequest{Profile: p})
			return resp.GetProfile(), err
		}
		return keepProfile(a.Out, get, create, update)
	})
}

type profileDelete struct {
	connected
	Name string `arg:"" help:"方案名称。Name of the profile."`
}

// Run removes the profile.
func (c profileDelete) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		_, err := s.Feed.DeleteFeedProfile(a.ctx, &registryv1.DeleteFeedProfileRequest{Name: c.Name})
		return err
	})
}

// read reads a profile.
func (c profileFile) read(a *app) (*registryv1.FeedProfile, error) {
	p := &registryv1.FeedProfile{}
	return p, readProfile(a, c.File, p)
}
