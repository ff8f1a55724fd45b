package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"google.golang.org/protobuf/proto"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// previewBytes is as much of a file as a preview looks at: 4 MiB of lines, more of
// what cannot be read without its end. The registry says when it has enough.
const previewBytes = 32 << 20

type feedPreview struct {
	connected
	listing
	howWritten
	File   string `arg:"" help:"文件；- 为标准输入。The file; - reads stdin."`
	Sender string `required:"" placeholder:"ga-990101" help:"报送单位代码。Who would send it, a short code."`
	Rows   int32  `default:"20" placeholder:"N" help:"看前多少行，最多 200。How many rows to look at, at most 200."`
}

// Run sends the beginning of the file and prints what would be made of it.
func (c feedPreview) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		in := io.NopCloser(a.In)
		if c.File != "-" {
			f, err := os.Open(c.File)
			if err != nil {
				return unreadable(err)
			}
			in = f
		}
		defer func() { _ = in.Close() }() // read only
		header, err := c.header(c.Sender)
		if err != nil {
			return err
		}
		stream, err := s.Feed.PreviewFeed(a.ctx)
		if err != nil {
			return err
		}
		msg := &registryv1.PreviewFeedRequest{Header: header, RowCount: c.Rows}
		buf, from := make([]byte, chunk), io.LimitReader(in, previewBytes)
		for end := error(nil); end == nil; {
			var n int
			if n, end = io.ReadFull(from, buf); end != nil && !errors.Is(end, io.EOF) && !errors.Is(end, io.ErrUnexpectedEOF) {
				return unreadable(end)
			}
			msg.Data = buf[:n]
			if err := stream.Send(msg); errors.Is(err, io.EOF) {
				break // the answer says why
			} else if err != nil {
				return err
			}
			msg = &registryv1.PreviewFeedRequest{}
		}
		resp, err := stream.CloseAndRecv()
		if err != nil {
			return err
		}
		return printPreview(a, c.Output, resp, layoutText(resp.GetLayout()), rowTable(resp.GetRows()...))
	})
}

// previewed is what any service says of a file.
type previewed[C previewColumn] interface {
	proto.Message
	GetColumns() []C
	GetMissingColumns() string
	GetProblemReason() string
	GetProblemTextZh() string
	GetProblemTextEn() string
}

// previewColumn is one column of the file.
type previewColumn interface {
	GetName() string
	GetField() string
	GetSamples() []string
}

// printPreview prints the columns of a file and what was made of its first rows.
func printPreview[C previewColumn](a *app, f show.Format, p previewed[C], layout string, rows *show.Table) error {
	switch f {
	case show.JSON:
		return show.Message(a.Out, p)
	case show.CSV:
		return rows.Write(a.Out, show.CSV)
	}
	if _, err := fmt.Fprintf(a.Out, "格式 Format    %s\n\n", show.Printable(layout)); err != nil {
		return err
	}
	columns := &show.Table{Columns: []show.Column{{Title: "列 Column"}, {Title: "字段 Field"}, {Title: "样例 Samples"}}}
	for _, col := range p.GetColumns() {
		field := col.GetField()
		if field == "" {
			field = "（不用 not used）"
		}
		columns.Add(show.Printable(col.GetName()), field, show.Printable(strings.Join(col.GetSamples(), "  ")))
	}
	if err := columns.Write(a.Out, show.Eyes); err != nil {
		return err
	}
	if p.GetProblemReason() != "" {
		return &outcome.Error{Code: outcome.BadInput, Chinese: p.GetProblemTextZh() + "：" + p.GetMissingColumns(), English: p.GetProblemTextEn()}
	}
	if _, err := io.WriteString(a.Out, "\n"); err != nil {
		return err
	}
	return rows.Write(a.Out, show.Eyes)
}
