package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/progress"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type recordsStatus struct {
	ofKind
	listing
	Batch  string `arg:"" optional:"" help:"批次编号。Identifier of the batch."`
	Sender string `placeholder:"CODE" help:"只列该报送单位的批次。Only batches of this sender."`
	Limit  int    `default:"20" placeholder:"N" help:"最多列出多少批次，0 为全部，默认 20。At most so many, 0 for all; 20 by default."`
	Wait   bool   `help:"等到批次处理完。Wait until the batch has ended."`
}

// Run asks and prints. Like import it ends with 4 when rows were refused.
func (c recordsStatus) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	if c.Batch == "" && c.Wait {
		return outcome.Usage("--wait 需要批次编号", "--wait needs a batch")
	}
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		if c.Batch != "" {
			b, err := recordBatch(a, s, c.Kind, c.Batch)
			if err == nil && c.Wait {
				b, err = watchRecords(a, s, b)
			}
			if err != nil {
				return err
			}
			return finishRecords(a, c.Output, b)
		}
		return listed(a, c.Limit, c.Output, func(size int32, token string) (page[*intakev1.ImportBatch], error) {
			resp, err := s.ListImportBatches(a.ctx, &intakev1.ListImportBatchesRequest{Kind: c.Kind, Sender: c.Sender, PageSize: size, PageToken: token})
			return page[*intakev1.ImportBatch]{resp.GetBatches(), resp.GetNextPageToken()}, err
		}, recordBatches)
	})
}

func recordBatch(a *app, s intakev1.RecordImportServiceClient, kind, id string) (*intakev1.ImportBatch, error) {
	resp, err := s.GetImportBatch(a.ctx, &intakev1.GetImportBatchRequest{Kind: kind, BatchId: id})
	return resp.GetBatch(), err
}

// recordCounts are the counts in the order of outcomes.
func recordCounts(c *intakev1.ImportCounts) []int64 {
	return []int64{c.GetCreated(), c.GetUpdated(), c.GetUnchanged(), c.GetDuplicate(), c.GetPending(), c.GetNeedsReview(), c.GetRefused()}
}

// recordBatches has one row per batch.
func recordBatches(batches ...*intakev1.ImportBatch) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "batch_id", Title: "批次 Batch"},
		{Key: "sender", Title: "报送 Sender"},
		{Key: "file_name", Title: "文件 File"},
		{Key: "state", Title: "状态 State"},
		{Key: "received", Title: "收到 Received", Right: true},
	}}
	for _, w := range outcomes {
		t.Columns = append(t.Columns, show.Column{Key: strings.ReplaceAll(w.key, "-", "_"), Title: w.shown, Right: true})
	}
	for _, b := range batches {
		row := []any{b.GetBatchId(), b.GetSender(), b.GetFileName(), stateCell(b.GetOperation().GetState()), b.GetCounts().GetReceived()}
		for _, n := range recordCounts(b.GetCounts()) {
			row = append(row, n)
		}
		t.Add(row...)
	}
	return t
}

type recordsRows struct {
	ofKind
	listing
	Batch    string   `arg:"" help:"批次编号。Identifier of the batch."`
	Outcomes []string `name:"outcome" sep:"," enum:"created,updated,unchanged,duplicate,pending,needs-review,refused" placeholder:"OUTCOME" help:"只列这些结果，可重复。Only these outcomes; repeatable."`
	Reason   string   `placeholder:"REASON" help:"只列该原因代码。Only rows with this reason."`
	Limit    int      `default:"50" placeholder:"N" help:"最多列出多少行，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
}

// Run asks and prints.
func (c recordsRows) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	var only []intakev1.ImportOutcome
	for _, o := range outcomesOf(c.Outcomes) {
		only = append(only, intakev1.ImportOutcome(o)) // the numbers are the same
	}
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		return listed(a, c.Limit, c.Output, func(size int32, token string) (page[*intakev1.ImportRow], error) {
			resp, err := s.ListImportRows(a.ctx, &intakev1.ListImportRowsRequest{Kind: c.Kind, BatchId: c.Batch, Outcomes: only, Reason: c.Reason, PageSize: size, PageToken: token})
			return page[*intakev1.ImportRow]{resp.GetRows(), resp.GetNextPageToken()}, err
		}, recordRows)
	})
}

func recordRows(rows ...*intakev1.ImportRow) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "row", Title: "行 Row", Right: true},
		{Key: "outcome", Title: "结果 Outcome"},
		{Key: "reason", Title: "原因 Reason"},
		{Key: "column", Title: "列 Column"},
		{Title: "说明 Meaning"},
		{Key: "text_zh"},
		{Key: "text_en"},
		{Key: "resolved", Title: "现为 Now"},
		{Key: "record_number", Title: "来源编号 Number"},
		{Key: "resident_id", Title: "居民编号 Resident"},
	}}
	for _, r := range rows {
		var now any
		if r.GetResolved() != 0 {
			now = outcomeCell(registryv1.RowOutcome(r.GetResolved()))
		}
		t.Add(r.GetRowNumber(), outcomeCell(registryv1.RowOutcome(r.GetOutcome())), orNil(r.GetReason()), orNil(r.GetColumn()), bilingual(r.GetTextZh(), r.GetTextEn()),
			r.GetTextZh(), r.GetTextEn(), now, orNil(r.GetSourceRecordNumber()), orNil(r.GetResidentId()))
	}
	return t
}

type recordsRejects struct {
	ofKind
	Batch string `arg:"" help:"批次编号。Identifier of the batch."`
	To    string `placeholder:"FILE" help:"写到文件，默认写到标准输出。Write to a file rather than to stdout."`
}

// Run fetches the file.
func (c recordsRejects) Run(a *app) error {
	if c.To == "" && a.OutIsTerminal {
		return outcome.Usage("内容含证件号码，请重定向到文件：> rejects.csv，或用 --to FILE", "the rows hold numbers of documents: redirect them to a file, or use --to FILE")
	}
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		get := func(w io.Writer) error {
			stream, err := s.DownloadImportRejects(a.ctx, &intakev1.DownloadImportRejectsRequest{Kind: c.Kind, BatchId: c.Batch})
			if err != nil {
				return err
			}
			for {
				part, err := stream.Recv()
				if errors.Is(err, io.EOF) {
					return nil
				}
				if err != nil {
					return err
				}
				if _, err := w.Write(part.GetData()); err != nil {
					return fmt.Errorf("write the refused rows: %w", err)
				}
			}
		}
		if c.To == "" {
			return get(a.Out)
		}
		return toFile(c.To, get)
	})
}

// oneRecordBatch is a command about one batch.
type oneRecordBatch struct {
	ofKind
	listing
	Batch string `arg:"" help:"批次编号。Identifier of the batch."`
}

type recordsCancel struct{ oneRecordBatch }

// Run stops the batch at the border of a chunk.
func (c recordsCancel) Run(a *app) error {
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		resp, err := s.CancelImport(a.ctx, &intakev1.CancelImportRequest{Kind: c.Kind, BatchId: c.Batch})
		if err != nil {
			return err
		}
		return showBatch(a, c.Output, resp.GetBatch())
	})
}

type recordsResume struct{ oneRecordBatch }

// Run goes on where the batch stopped.
func (c recordsResume) Run(a *app) error {
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		resp, err := s.ResumeImport(a.ctx, &intakev1.ResumeImportRequest{Kind: c.Kind, BatchId: c.Batch})
		if err != nil {
			return err
		}
		return showBatch(a, c.Output, resp.GetBatch())
	})
}

type recordsWithdraw struct {
	oneRecordBatch
	Reason string `required:"" placeholder:"TEXT" help:"撤回原因，随批次显示。Why; shown with the batch."`
	Wait   bool   `default:"true" negatable:"" help:"等到撤回完成（默认）。Wait until it has ended, the default."`
}

// Run undoes the batch and follows it.
func (c recordsWithdraw) Run(a *app) error {
	return c.on(func(s intakev1.RecordImportServiceClient) error {
		resp, err := s.WithdrawImport(a.ctx, &intakev1.WithdrawImportRequest{Kind: c.Kind, BatchId: c.Batch, Reason: c.Reason})
		if err != nil {
			return err
		}
		b := resp.GetBatch()
		if c.Wait {
			if b, err = watchRecords(a, s, b); err != nil {
				return err
			}
		}
		return showBatch(a, c.Output, b)
	})
}

func showBatch(a *app, f show.Format, b *intakev1.ImportBatch) error {
	if f == show.JSON {
		return show.Message(a.Out, b)
	}
	return recordBatches(b).Write(a.Out, f)
}

func recordsEnded(b *intakev1.ImportBatch) bool {
	switch b.GetState() {
	case intakev1.ImportBatchState_IMPORT_BATCH_STATE_QUEUED, intakev1.ImportBatchState_IMPORT_BATCH_STATE_RUNNING,
		intakev1.ImportBatchState_IMPORT_BATCH_STATE_WITHDRAWING:
		return false
	}
	return true
}

// watchRecords follows a batch until it has ended.
func watchRecords(a *app, s intakev1.RecordImportServiceClient, b *intakev1.ImportBatch) (*intakev1.ImportBatch, error) {
	if recordsEnded(b) {
		return b, nil
	}
	stream, err := s.WatchImportBatch(a.ctx, &intakev1.WatchImportBatchRequest{Kind: b.GetKind(), BatchId: b.GetBatchId()})
	if err != nil {
		return nil, err
	}
	stage := a.progress().Stage("处理 applying", b.GetOperation().GetTotal(), progress.Rows)
	defer stage.End()
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return nil, err
		}
		b = resp.GetBatch()
		stage.Set(b.GetOperation().GetDone(), b.GetOperation().GetTotal())
		if recordsEnded(b) {
			return b, nil
		}
	}
}

// finishRecords prints a batch and turns what became of it into the exit code.
func finishRecords(a *app, f show.Format, b *intakev1.ImportBatch) error {
	if err := showBatch(a, f, b); err != nil {
		return err
	}
	if f == show.Eyes && len(b.GetReasons()) > 0 {
		t := &show.Table{Columns: []show.Column{{Title: "结果 Outcome"}, {Title: "行 Rows", Right: true}, {Title: "原因 Reason"}, {Title: "说明 Meaning"}}}
		for _, r := range b.GetReasons() {
			t.Add(outcomeCell(registryv1.RowOutcome(r.GetOutcome())), r.GetCount(), r.GetReason(), bilingual(r.GetTextZh(), r.GetTextEn()))
		}
		t.Note("逐行 row by row: xinju records rows %s %s --outcome refused", b.GetKind(), b.GetBatchId())
		if _, err := io.WriteString(a.Out, "\n"); err != nil {
			return err
		}
		if err := t.Write(a.Out, show.Eyes); err != nil {
			return err
		}
	}
	op := b.GetOperation()
	if op.GetState() == typev1.OperationState_OPERATION_STATE_FAILED || op.GetState() == typev1.OperationState_OPERATION_STATE_CANCELLED {
		return &outcome.Error{Code: outcome.Failed, Chinese: "导入未能完成：" + op.GetFailureText(), English: "the import did not end well: " + op.GetFailureReason()}
	}
	if n := b.GetCounts().GetRefused(); n > 0 {
		return &outcome.Error{
			Code: outcome.RowsRefused, Chinese: fmt.Sprintf("%d 行被拒收", n), English: fmt.Sprintf("%d rows were refused", n),
			Hint: "xinju records rejects " + b.GetKind() + " " + b.GetBatchId() + " > rejects.csv",
		}
	}
	return nil
}
