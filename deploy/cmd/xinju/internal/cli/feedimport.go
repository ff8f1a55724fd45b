package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/progress"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// chunk is how much of the file one message carries.
const chunk = 256 << 10

type feedImport struct {
	connected
	listing
	howWritten
	File         string `arg:"" help:"文件；- 为标准输入。The file; - reads stdin."`
	Sender       string `required:"" placeholder:"ga-990101" help:"报送单位代码。Who sends, a short code."`
	ValidateOnly bool   `help:"只检查，不写入。Check everything, change nothing."`
	Manifest     string `placeholder:"FILE" help:"批次清单（见 feed manifest）：序号、行数、摘要、签名。What the file must be, from feed manifest."`
	Wait         bool   `default:"true" negatable:"" help:"等到处理完（默认）；--no-wait 只交付文件。Wait until it has ended, the default."`
}

// Help says what can be relied on.
func (feedImport) Help() string {
	return "有行被拒收时退出码为 4，其余各行照常入库。同一报送单位的同一文件不会重复导入。The exit code is 4 when rows were refused; all others are in. The same file of the same sender is not imported twice.\n\n  xinju feed import residents.csv --sender ga-990101"
}

// Run sends the file and follows its rows.
func (c feedImport) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		in, size, err := c.open(a)
		if err != nil {
			return err
		}
		defer func() { _ = in.Close() }() // read only
		manifest, err := readManifest(c.Manifest)
		if err != nil {
			return err
		}
		batch, err := c.send(a, s, in, size, manifest)
		if err != nil {
			return err
		}
		if ended(batch) && !c.ValidateOnly {
			fmt.Fprintln(a.Err, "该文件此前已导入，以下为当时的结果 this file was imported before; what follows is what became of it then")
		}
		if !c.Wait {
			return c.handedOver(a, batch)
		}
		if batch, err = watch(a, s, batch); err != nil {
			return err
		}
		return finish(a, c.Output, batch)
	})
}

func (c feedImport) handedOver(a *app, batch *registryv1.FeedBatch) error {
	switch c.Output {
	case show.JSON:
		return show.Message(a.Out, batch)
	case show.CSV:
		return batchTable(batch).Write(a.Out, show.CSV)
	}
	_, err := fmt.Fprintf(a.Out, "批次 batch %s\n进度 progress: xinju feed status %s --wait\n", batch.GetBatchId(), batch.GetBatchId())
	return err
}

func (c feedImport) open(a *app) (io.ReadCloser, int64, error) {
	if c.File == "-" {
		return io.NopCloser(a.In), 0, nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, 0, unreadable(err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = errors.New(c.File + " is a folder")
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, unreadable(err)
	}
	return f, info.Size(), nil
}

func unreadable(err error) error {
	return &outcome.Error{Code: outcome.BadInput, Chinese: "无法读取文件", English: "the file cannot be read", Cause: err}
}

func (c feedImport) header() (*registryv1.FeedHeader, error) {
	h, err := c.howWritten.header(c.Sender)
	if err != nil {
		return nil, err
	}
	if h.ValidateOnly = c.ValidateOnly; c.File != "-" {
		h.FileName = filepath.Base(c.File)
	}
	return h, nil
}

// send streams the file; memory does not grow with it.
func (c feedImport) send(a *app, s *client.Suite, in io.Reader, size int64, manifest *registryv1.FeedManifest) (*registryv1.FeedBatch, error) {
	header, err := c.header()
	if err != nil {
		return nil, err
	}
	stream, err := s.Feed.ImportFeed(a.ctx)
	if err != nil {
		return nil, err
	}
	stage := a.progress().Stage("发送 sending", size, progress.Bytes)
	defer stage.End()
	buf := make([]byte, chunk)
	sent := int64(0)
	header.Manifest = manifest
	for {
		n, end := io.ReadFull(in, buf)
		if end != nil && !errors.Is(end, io.EOF) && !errors.Is(end, io.ErrUnexpectedEOF) {
			return nil, unreadable(end)
		}
		if n > 0 || header != nil {
			err := stream.Send(&registryv1.ImportFeedRequest{Header: header, Data: buf[:n]})
			if errors.Is(err, io.EOF) {
				break // refused already: the answer says why
			}
			if err != nil {
				return nil, err
			}
		}
		header, sent = nil, sent+int64(n)
		stage.Set(sent, size)
		if end != nil {
			break
		}
	}
	resp, err := stream.CloseAndRecv()
	return resp.GetBatch(), err
}

// ended reports that nothing happens until somebody asks: a held list, too, waits.
func ended(b *registryv1.FeedBatch) bool {
	switch b.GetState() {
	case registryv1.FeedBatchState_FEED_BATCH_STATE_HELD:
		return true
	case registryv1.FeedBatchState_FEED_BATCH_STATE_WITHDRAWING:
		return false
	}
	switch b.GetOperation().GetState() {
	case typev1.OperationState_OPERATION_STATE_SUCCEEDED, typev1.OperationState_OPERATION_STATE_FAILED, typev1.OperationState_OPERATION_STATE_CANCELLED:
		return true
	}
	return false
}

// watch follows a batch until it has ended.
func watch(a *app, s *client.Suite, batch *registryv1.FeedBatch) (*registryv1.FeedBatch, error) {
	if ended(batch) {
		return batch, nil
	}
	stream, err := s.Feed.WatchFeedBatch(a.ctx, &registryv1.WatchFeedBatchRequest{BatchId: batch.GetBatchId()})
	if err != nil {
		return nil, goesOn(batch, err)
	}
	stage := a.progress().Stage("处理 applying", batch.GetOperation().GetTotal(), progress.Rows)
	defer stage.End()
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return batch, nil
		}
		if err != nil {
			return nil, goesOn(batch, err)
		}
		batch = resp.GetBatch()
		stage.Set(batch.GetOperation().GetDone(), batch.GetOperation().GetTotal())
		if ended(batch) {
			return batch, nil
		}
	}
}

// goesOn says that losing sight of an import does not end it.
func goesOn(batch *registryv1.FeedBatch, err error) error {
	if code := status.Code(err); code != codes.Unavailable && code != codes.Canceled {
		return err
	}
	return &outcome.Error{
		Code: outcome.CodeOf(err), Chinese: "看不到进度了；文件已交付，导入会继续，服务重启后也一样", English: "lost sight of the import; the file is handed over and the import goes on, also after a restart",
		Hint: "xinju feed status " + batch.GetBatchId() + " --wait",
	}
}

// finish prints a batch and turns what became of it into the exit code.
func finish(a *app, f show.Format, batch *registryv1.FeedBatch) error {
	var err error
	switch f {
	case show.JSON:
		err = show.Message(a.Out, batch)
	case show.CSV:
		err = batchTable(batch).Write(a.Out, show.CSV)
	default:
		err = writeBatch(a.Out, batch)
	}
	if err != nil {
		return err
	}
	if batch.GetState() == registryv1.FeedBatchState_FEED_BATCH_STATE_HELD {
		return &outcome.Error{
			Code: outcome.Precondition, Chinese: "名单已暂停，等待人工确认：" + batch.GetDiff().GetHoldTextZh(), English: "the list is held until a person confirms it: " + batch.GetDiff().GetHoldTextEn(),
			Hint: "xinju feed confirm " + batch.GetBatchId(),
		}
	}
	op := batch.GetOperation()
	if op.GetState() == typev1.OperationState_OPERATION_STATE_FAILED || op.GetState() == typev1.OperationState_OPERATION_STATE_CANCELLED {
		return &outcome.Error{Code: outcome.Failed, Chinese: "导入未能完成：" + op.GetFailureText(), English: "the import did not end well: " + op.GetFailureReason()}
	}
	if n := batch.GetCounts().GetRefused(); n > 0 {
		return &outcome.Error{
			Code: outcome.RowsRefused, Chinese: fmt.Sprintf("%d 行被拒收", n), English: fmt.Sprintf("%d rows were refused", n),
			Hint: "xinju feed rejects " + batch.GetBatchId() + " > rejects" + tailOf(batch),
		}
	}
	return nil
}

func writeBatch(w io.Writer, b *registryv1.FeedBatch) error {
	var head strings.Builder
	fmt.Fprintf(&head, "批次 Batch   %s\n", b.GetBatchId())
	fmt.Fprintf(&head, "文件 File    %s（%s，%d 字节 bytes，来自 from %s）\n", show.Printable(b.GetFileName()), b.GetEncoding(), b.GetFileBytes(), b.GetSender())
	if b.GetLayout() != nil {
		fmt.Fprintf(&head, "格式 Format  %s\n", show.Printable(layoutText(b.GetLayout())))
	}
	fmt.Fprintf(&head, "状态 State   %s\n\n", shownText(stateCell(b.GetOperation().GetState())))
	if _, err := io.WriteString(w, head.String()); err != nil {
		return err
	}
	counts := &show.Table{Columns: []show.Column{{Title: "结果 Outcome"}, {Title: "行 Rows", Right: true}}}
	for i, n := range counted(b.GetCounts()) {
		counts.Add(outcomes[i].shown, n)
	}
	counts.Add("合计 received", b.GetCounts().GetReceived())
	if err := counts.Write(w, show.Eyes); err != nil || len(b.GetReasons()) == 0 {
		return err
	}
	reasons := &show.Table{Columns: []show.Column{{Title: "结果 Outcome"}, {Title: "行 Rows", Right: true}, {Title: "原因 Reason"}, {Title: "说明 Meaning"}}}
	for _, r := range b.GetReasons() {
		reasons.Add(outcomeCell(r.GetOutcome()), r.GetCount(), r.GetReason(), bilingual(r.GetTextZh(), r.GetTextEn()))
	}
	reasons.Note("逐行 row by row: xinju feed rows %s --outcome refused", b.GetBatchId())
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	return reasons.Write(w, show.Eyes)
}
