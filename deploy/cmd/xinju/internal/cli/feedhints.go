package cli

import (
	"strconv"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/services/platform/rowfile"
)

// howWritten is what may be said of a file. What is not said is detected.
type howWritten struct {
	Profile string `placeholder:"NAME" help:"映射方案（见 feed profile）；default 为不用，默认按报送单位选取。Profile to read it by; default for none; chosen by the sender when absent."`
	fileForm
}

// fileForm is how the bytes of a file are written.
type fileForm struct {
	Encoding   string `enum:",GB18030,UTF-8,UTF-16LE,UTF-16BE" default:"" placeholder:"NAME" help:"编码 GB18030、UTF-8、UTF-16LE、UTF-16BE，默认自动识别。Encoding; detected by default."`
	Format     string `enum:",CSV,FIXED,XLSX,XML,JSONL" default:"" placeholder:"KIND" help:"文件类型 CSV、FIXED（定长）、XLSX、XML、JSONL，默认自动识别。Kind of file; detected by default."`
	Delimiter  string `placeholder:"C" help:"分隔符，一个字符；\\t 为制表符。Delimiter of a CSV file; \\t is a tab."`
	NoQuotes   bool   `help:"引号为普通字符。Quotation marks are plain characters."`
	Sheet      string `placeholder:"NAME" help:"工作表名称。Name of the sheet."`
	HeaderRow  int32  `placeholder:"N" help:"表头所在行。Number of the row that names the columns."`
	NoHeader   bool   `help:"没有表头，列名为 列1、列2……。No row names the columns."`
	RowElement string `placeholder:"NAME" help:"XML 中一行对应的元素。Name of the XML element that is a row."`
	DateSystem string `enum:",1900,1904,NONE" default:"" placeholder:"SYSTEM" help:"日期序号的起点 1900、1904 或 NONE。What a number means where a day is expected."`
	Columns    string `placeholder:"NAME:FROM:BYTES,…" help:"定长文件的列：名称:起始字节:字节数。Columns of a file of fixed width."`
}

// header is what the file is said to be.
func (h howWritten) header(sender string) (*registryv1.FeedHeader, error) {
	out := &registryv1.FeedHeader{Sender: sender, Encoding: h.Encoding, Profile: h.Profile}
	columns, err := fixedColumns(h.Columns)
	if err != nil {
		return nil, err
	}
	if f := h.fileForm; f.said() == (fileForm{}) && len(columns) == 0 {
		return out, nil
	}
	said := h.said()
	out.Hints = &registryv1.FeedHints{
		Format: said.Format, Delimiter: said.Delimiter, NoQuotes: said.NoQuotes, Sheet: said.Sheet, HeaderRow: said.HeaderRow, NoHeader: said.NoHeader,
		RowElement: said.RowElement, DateSystem: said.DateSystem, FixedColumns: columns,
	}
	return out, nil
}

// said is the form without encoding and columns, which stand elsewhere, and with
// a delimiter as it is.
func (f fileForm) said() fileForm {
	f.Encoding, f.Columns = "", ""
	if f.Delimiter == `\t` {
		f.Delimiter = "\t"
	}
	return f
}

// hints are the form as files are read by.
func (f fileForm) hints() (rowfile.Hints, error) {
	columns, err := fixedColumns(f.Columns)
	s := f.said()
	out := rowfile.Hints{
		Format: rowfile.Format(f.Format), Encoding: rowfile.Encoding(f.Encoding), Delimiter: s.Delimiter, NoQuotes: f.NoQuotes, Sheet: f.Sheet,
		HeaderRow: int(f.HeaderRow), NoHeader: f.NoHeader, RowElement: f.RowElement, DateSystem: rowfile.DateSystem(f.DateSystem),
	}
	for _, c := range columns {
		out.Columns = append(out.Columns, rowfile.FixedColumn{Name: c.GetName(), From: int(c.GetFrom()), Bytes: int(c.GetByteCount())})
	}
	return out, err
}

func fixedColumns(text string) (out []*registryv1.FixedColumn, err error) {
	if text == "" {
		return nil, nil
	}
	wrong := outcome.Usage("--columns 写作 名称:起始字节:字节数，逗号分隔", "--columns is NAME:FROM:BYTES with commas between")
	for one := range strings.SplitSeq(text, ",") {
		parts := strings.Split(one, ":")
		if len(parts) != 3 {
			return nil, wrong
		}
		from, err := strconv.ParseInt(parts[1], 10, 32)
		if err != nil {
			return nil, wrong
		}
		bytes, err := strconv.ParseInt(parts[2], 10, 32)
		if err != nil {
			return nil, wrong
		}
		out = append(out, &registryv1.FixedColumn{Name: parts[0], From: int32(from), ByteCount: int32(bytes)})
	}
	return out, nil
}

// tails are what files of each kind are called.
var tails = map[string]string{"CSV": ".csv", "FIXED": ".txt", "XLSX": ".xlsx", "XML": ".xml", "JSONL": ".jsonl"}

// tailOf is what a file of refused rows of a batch ends in.
func tailOf(b *registryv1.FeedBatch) string {
	if t, ok := tails[b.GetLayout().GetFormat()]; ok {
		return t
	}
	return ".csv"
}

// layoutText says how a file is written, for people.
func layoutText(l *registryv1.FeedLayout) string {
	parts := []string{l.GetFormat(), l.GetEncoding()}
	if p := l.GetEncodingConfidence(); p > 0 && p < 1 {
		parts[1] += "（" + strconv.Itoa(int(100*p)) + "%）"
	}
	add := func(name, value string) {
		if value != "" {
			parts = append(parts, name+" "+value)
		}
	}
	if l.GetEncodingLabel() != "" && !strings.EqualFold(l.GetEncodingLabel(), l.GetEncoding()) {
		add("标称 labelled", l.GetEncodingLabel())
	}
	if l.GetDelimiter() != "" {
		add("分隔符 delimiter", strconv.Quote(l.GetDelimiter()))
	}
	add("工作表 sheet", l.GetSheet())
	add("未读 not read", strings.Join(l.GetOtherSheets(), " "))
	add("行元素 row", strings.Join(l.GetRowPath(), "/"))
	if l.GetDateSystem() != "1900" {
		add("日期系统 date system", l.GetDateSystem())
	}
	if l.GetProfile() != "" {
		add("映射方案 profile", l.GetProfile()+" v"+strconv.FormatInt(l.GetProfileVersion(), 10))
	}
	return strings.Join(parts, "，")
}
