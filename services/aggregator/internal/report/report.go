package report

import (
	"time"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
)

// Faults of reports.
var (
	ErrNotFound     = fault.New(fault.NotFound, "REPORT_NOT_FOUND", "there is no such report", "没有该报告")
	ErrNotFrozen    = fault.New(fault.Precondition, "REPORT_NOT_FROZEN", "the report is still being made, or could not be made", "报告尚未生成完毕或生成失败")
	ErrWithoutLists = fault.New(fault.Precondition, "REPORT_WITHOUT_LISTS", "the report was frozen without lists", "该报告冻结时未保留名单")
	ErrNumber       = fault.New(fault.NotFound, "REPORT_NUMBER_NOT_FOUND", "the report has no such number, or it is not the length of a list", "报告中没有该数字，或该数字没有名单")
	ErrTooLarge     = fault.New(fault.Exhausted, "REPORT_TOO_LARGE", "the report would have more than 20,000 numbers; ask for fewer divisions or indicators", "报告将超过 20000 个数字，请减少区划或指标")
	ErrTooLong      = fault.New(fault.Exhausted, "REPORT_TOO_LONG", "the form has more rows than a sheet holds; take CSV or JSON", "行数超过工作表上限，请改用 CSV 或 JSON")
	ErrDamaged      = fault.New(fault.Precondition, "REPORT_DAMAGED", "what is stored of the report is not what was frozen", "所存报告内容与冻结时不一致")
	ErrComparable   = fault.New(fault.Precondition, "REPORTS_NOT_COMPARABLE", "the reports are not of the same division and day, or only one has lists", "两份报告的区划或截止日不同，或只有一份带名单")
	ErrSigned       = fault.New(fault.Exists, "REPORT_SIGNED", "this role has signed the report already", "该角色已在此报告上签字")
	ErrSignedEarly  = fault.New(fault.Precondition, "REPORT_SIGNED_TOO_EARLY", "the day of signing is before the day on which the report was frozen", "签字日期早于报告冻结之日")
	ErrOtherDigest  = fault.New(fault.Precondition, "REPORT_DIGEST_DIFFERS", "the report does not have the digest that the signer has seen", "报告摘要与签字人所见不一致")
	ErrFormat       = fault.New(fault.Invalid, "REPORT_FORMAT_NOT_OFFERED", "this form is not made in this format", "该表格不提供这种格式")
	ErrTemplate     = fault.New(fault.NotFound, "REPORT_TEMPLATE_NOT_FOUND", "there is no such template for this form", "没有该模板或模板不属于该表格")
	ErrTemplateBad  = fault.New(fault.Invalid, "REPORT_TEMPLATE_INVALID", "the workbook cannot be a template", "该工作簿不能作为模板")
	ErrTemplateEtag = fault.New(fault.Stale, "REPORT_TEMPLATE_CHANGED", "another version of the template is stored; read it again", "模板已被修改，请重新读取")
	ErrBuiltIn      = fault.New(fault.Precondition, "REPORT_TEMPLATE_BUILT_IN", "a template of the program cannot be changed", "内置模板不能修改")
	ErrPackUnknown  = fault.New(fault.NotFound, "REPORT_PACK_NOT_FOUND", "there is no such policy pack", "没有该政策包")
)

// State is how far a report is, numbered as ReportState of the API.
type State int32

// The states.
const (
	Queued  State = 1
	Running State = 2
	Frozen  State = 3
	Failed  State = 4
)

// Request says what is frozen.
type Request struct {
	Division   string
	AsOf       civil.Date
	PackID     string
	Indicators []string
	GroupLevel int
	Title      string
	WithLists  bool
	CreatedBy  string
	Created    time.Time
}

// Report is a report with what stands beside it.
type Report struct {
	ID       string
	State    State
	Basis    string // the report that this state of today was kept for to compare with; "" for a report
	Content  *Content
	Digest   string // SHA-256, hex; "" until it is frozen
	Failure  string // reason
	Text     string // of the failure, for people
	Signoffs []Signoff
	All      bool // its forms show every number, not the headlines alone
}

// Summary is the content without what is long.
func (c *Content) Summary() *Content {
	s := *c
	s.Numbers, s.League, s.Tree, s.Indicators = nil, nil, nil, nil
	s.Behind, s.Columns, s.Trees = nil, nil, nil
	return &s
}

// Wanted is what a report that is not made yet is known to be about.
func (r *Request) Wanted(id string) *Content {
	return &Content{
		ID: id, Title: r.Title, Division: r.Division, AsOf: r.AsOf, GroupLevel: r.GroupLevel, WithLists: r.WithLists,
		CreatedBy: r.CreatedBy, Created: r.Created,
	}
}

// MembersQuery asks for the lines behind one number.
type MembersQuery struct {
	Report, Division, Indicator string
	Day                         civil.Date // None for that of the report
	Which                       Which
	After                       int // lines to leave out
	Limit                       int
}

// Members is a page of lines.
type Members struct {
	Lines   []Line
	Persons []Person // of each line, what was kept of its resident
	Next    int      // lines before the next page; 0 on the last
	Total   int64    // the number
}

// CompareQuery asks for a page of differences.
type CompareQuery struct {
	Report, Other       string // Other "": the present facts
	Division, Indicator string // only differences that count there, and its numbers; "" for all
	Part                Part   // only differences that this count is made of
	After, Limit        int    // differences to leave out, and to return
}

// Compared is a comparison and a page of its differences.
type Compared struct {
	Numbers       []Restatement // on the first page
	Differences   []Difference
	Next          int // differences before the next page; 0 on the last
	Total         int64
	Sum           int64 // what the part that was asked for adds up to; without one Total
	Other         string
	WithLists     bool // both sides kept theirs
	Circumstances []string
}

// Format is a format of a form, numbered as ReportFormat of the API.
type Format int

// The formats.
const (
	FormatXLSX     Format = 1
	FormatCSV      Format = 2
	FormatGB       Format = 3
	FormatJSON     Format = 4
	FormatMarkdown Format = 5
	FormatText     Format = 6
)

// ExportFormat is a format for other systems, numbered as ExportFormat of the API.
type ExportFormat int

// The formats.
const (
	ExportADX     ExportFormat = 1
	ExportParquet ExportFormat = 2
	ExportAsCSV   ExportFormat = 3
)

// RenderQuery asks for a form.
type RenderQuery struct {
	Report   string
	Form     Form
	Format   Format
	Template string // of a workbook; "" for the one built in
	All      bool   // every number, not the headlines alone
}

// Template is a workbook by which a form is made.
type Template struct {
	ID       string
	Form     Form
	Name     string
	BuiltIn  bool
	Etag     string // "" of one built in
	Size     int64
	Updated  time.Time
	Workbook []byte // nil in lists
}
