package cli

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/progress"
	"xinju.dev/services/platform/recordkind"
)

type recordsCmds struct {
	Import   recordsImport   `cmd:"" help:"导入一个文件。Import a file."`
	Status   recordsStatus   `cmd:"" help:"一个批次的结果，或最近的批次。What became of a batch; the latest batches without one."`
	Rows     recordsRows     `cmd:"" help:"逐行列出结果与原因。Rows of a batch with outcome and reason."`
	Rejects  recordsRejects  `cmd:"" help:"取回被拒收的行，改正后可再次导入。The refused rows as a file, to be put right and sent again."`
	Preview  recordsPreview  `cmd:"" help:"预览一个文件：编码、列、前几行的结果，不写入。What would be made of a file; nothing is stored."`
	Cancel   recordsCancel   `cmd:"" help:"停止一个批次，已处理的保留。Stop a batch; what was applied stays."`
	Resume   recordsResume   `cmd:"" help:"继续已停止的批次。Go on with a cancelled batch."`
	Profile  recordProfiles  `cmd:"" help:"映射方案：某单位某类文件如何书写、列的含义。Profiles: how the files of a sender are written and what their columns mean."`
	Withdraw recordsWithdraw `cmd:"" help:"撤回错发的批次。Undo a batch that should never have been sent."`
}

// ofKind is a command about one kind of record.
type ofKind struct {
	connected
	Kind string `arg:"" help:"记录类别：archives、doses、certificates、pregnancies、antenatal-visits、postnatal-visits、child-checks、planning-services、methods。Kind of record."`
}

func (c ofKind) on(use func(intakev1.RecordImportServiceClient) error) error {
	return c.dial(func(s *client.Suite) error {
		records, ok := s.Records(c.Kind)
		if !ok {
			list := strings.Join(recordkind.All(), "、")
			return outcome.Usage("没有这种记录类别；可用："+list, "there is no such kind of record; one of "+list)
		}
		return use(records)
	})
}

// recordFile is how a file is told of.
type recordFile struct {
	File     string `arg:"" help:"文件；- 为标准输入。The file; - reads stdin."`
	Sender   string `required:"" placeholder:"cdc-990101" help:"报送单位代码。Who sends, a short code."`
	Encoding string `placeholder:"NAME" help:"编码，默认自动识别。Encoding; detected by default."`
	Format   string `placeholder:"FORMAT" help:"CSV、FIXED、XLSX、XML 或 JSONL，默认自动识别。Kind of file; detected by default."`
	Sheet    string `placeholder:"NAME" help:"工作表。Sheet of a workbook."`
	Unit     string `placeholder:"ID" help:"未注明机构的行归此机构。Unit of rows that name none."`
	Profile  string `placeholder:"NAME" help:"映射方案（见 records profile）；default 为不用，默认按报送单位选取。Profile to read it by; default for none; chosen by the sender when absent."`
	Map      string `placeholder:"FILE" help:"对照表（YAML）：columns、words、constants、date_format。How the sender names columns and writes values."`
}

// mappingFile is a mapping as people write it.
type mappingFile struct {
	Columns    map[string]string            `yaml:"columns"` // name in the file: field
	Words      map[string]map[string]string `yaml:"words"`   // field: {word: code}
	Constants  map[string]string            `yaml:"constants"`
	DateFormat string                       `yaml:"date_format"`
}

func (f recordFile) header(kind string, validateOnly bool) (*intakev1.ImportHeader, error) {
	h := &intakev1.ImportHeader{
		Kind: kind, Sender: f.Sender, FileName: filepath.Base(f.File), Encoding: f.Encoding, ValidateOnly: validateOnly,
		DefaultUnitId: f.Unit, Format: strings.ToUpper(f.Format), Sheet: f.Sheet, Profile: f.Profile,
	}
	if f.File == "-" {
		h.FileName = ""
	}
	if f.Map == "" {
		return h, nil
	}
	in, err := os.Open(f.Map)
	if err != nil {
		return nil, unreadable(err)
	}
	defer func() { _ = in.Close() }() // read only
	var m mappingFile
	d := yaml.NewDecoder(in)
	d.KnownFields(true)
	if err := d.Decode(&m); err != nil {
		return nil, unreadable(err)
	}
	h.Mapping = &intakev1.ImportMapping{DateFormat: m.DateFormat}
	for column, field := range m.Columns {
		h.Mapping.Columns = append(h.Mapping.Columns, &intakev1.ImportColumnMapping{Column: column, Field: field})
	}
	for field, words := range m.Words {
		for word, code := range words {
			h.Mapping.Words = append(h.Mapping.Words, &intakev1.ImportWordMapping{Field: field, Word: word, Code: code})
		}
	}
	for field, value := range m.Constants {
		h.Mapping.Constants = append(h.Mapping.Constants, &intakev1.ImportConstant{Field: field, Value: value})
	}
	return h, nil
}

// open opens the file; size is 0 where it is not known.
func (f recordFile) open(a *app) (io.ReadCloser, int64, error) {
	return feedImport{File: f.File}.open(a)
}

// sendFile sends parts until the file ends, or the service has answered.
func sendFile(in io.Reader, to func(part []byte) error) error {
	buf := make([]byte, chunk)
	for {
		n, end := io.ReadFull(in, buf)
		if end != nil && !errors.Is(end, io.EOF) && !errors.Is(end, io.ErrUnexpectedEOF) {
			return unreadable(end)
		}
		if err := to(buf[:n]); errors.Is(err, io.EOF) {
			return nil // refused already: the answer says why
		} else if err != nil {
			return err
		}
		if end != nil {
			return nil //nolint:nilerr // the file's end is no failure
		}
	}
}

type recordsImport struct {
	ofKind
	listing
	recordFile
	ValidateOnly bool `help:"只检查，不写入。Check everything, change nothing."`
	Wait         bool `default:"true" negatable:"" help:"等到处理完（默认）；--no-wait 只交付文件。Wait until it has ended, the default."`
}

// Help says what can be relied on.
func (recordsImport) Help() string {
	return "有行被拒收时退出码为 4，其余各行照常入库。找不到人员的行保留，人员登记后自动入库。同一报送单位的同一文件不会重复导入。The exit code is 4 when rows were refused; all others are in. Rows whose person is not known yet are kept and applied once the person is. The same file of the same sender is not imported twice.\n\n  xinju records import doses doses.csv --sender cdc-990101"
}

// Run sends the file and follows its rows.
func (c recordsImport) Run(a *app) error {
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		header, err := c.header(c.Kind, c.ValidateOnly)
		if err != nil {
			return err
		}
		in, size, err := c.open(a)
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }() // read only
		stream, err := s.ImportRecords(a.ctx)
		if err != nil {
			return err
		}
		stage, sent := a.progress().Stage("发送 sending", size, progress.Bytes), int64(0)
		err = sendFile(in, func(part []byte) error {
			msg := &intakev1.ImportRecordsRequest{Header: header, Data: part}
			header, sent = nil, sent+int64(len(part))
			stage.Set(sent, size)
			return stream.Send(msg)
		})
		stage.End()
		if err != nil {
			return err
		}
		resp, err := stream.CloseAndRecv()
		if err != nil {
			return err
		}
		b := resp.GetBatch()
		if !c.Wait {
			return showBatch(a, c.Output, b)
		}
		if b, err = watchRecords(a, s, b); err != nil {
			return err
		}
		return finishRecords(a, c.Output, b)
	})
}

type recordsPreview struct {
	ofKind
	listing
	recordFile
	Rows int32 `default:"20" placeholder:"N" help:"看前多少行，最多 200。How many rows to look at, at most 200."`
}

// Run sends the beginning of the file and prints what would be made of it.
func (c recordsPreview) Run(a *app) error {
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		header, err := c.header(c.Kind, false)
		if err != nil {
			return err
		}
		in, _, err := c.open(a)
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }() // read only
		stream, err := s.PreviewImport(a.ctx)
		if err != nil {
			return err
		}
		err = sendFile(io.LimitReader(in, previewBytes), func(part []byte) error {
			msg := &intakev1.PreviewImportRequest{Header: header, RowCount: c.Rows, Data: part}
			header = nil
			return stream.Send(msg)
		})
		if err != nil {
			return err
		}
		resp, err := stream.CloseAndRecv()
		if err != nil {
			return err
		}
		return printPreview(a, c.Output, resp, strings.TrimSpace(resp.GetFormat()+" "+resp.GetEncoding()+" "+resp.GetDelimiter()), recordRows(resp.GetRows()...))
	})
}
