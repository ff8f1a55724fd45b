package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/outcome"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type feedCmds struct {
	Import   feedImport      `cmd:"" help:"导入一个文件（CSV、定长、XLSX、XML、JSON Lines）。Import a file (CSV, fixed width, XLSX, XML, JSON Lines)."`
	Status   feedStatus      `cmd:"" help:"一个批次的结果，或最近的批次。What became of a batch; the latest batches without one."`
	Rows     feedRows        `cmd:"" help:"逐行列出结果与原因。Rows of a batch with outcome and reason."`
	Rejects  feedRejects     `cmd:"" help:"取回被拒收的行，改正后可再次导入。The refused rows as a file, to be put right and sent again."`
	Preview  feedPreview     `cmd:"" help:"预览一个文件：编码、列、前几行的结果，不写入。What would be made of a file; nothing is stored."`
	Manifest feedManifest    `cmd:"" help:"为文件写批次清单并签名。Write the manifest of a file, and sign it."`
	Profile  feedProfileCmds `cmd:"" help:"映射方案：报送单位的文件如何书写、列的含义。Profiles: how the files of a sender are written and what their columns mean."`
	Watch    feedWatch       `cmd:"" help:"监视文件夹，逐个导入出现的文件。Import the files that appear in a folder."`

	Cancel   feedCancel   `cmd:"" help:"停止一个批次，已处理的保留。Stop a batch; what was applied stays."`
	Resume   feedResume   `cmd:"" help:"继续已停止的批次。Go on with a cancelled batch."`
	Confirm  feedConfirm  `cmd:"" help:"确认被暂停的全量名单。Confirm a full list that is held."`
	Withdraw feedWithdraw `cmd:"" help:"撤回错发的批次。Undo a batch that should never have been sent."`

	Receipt       feedReceipt       `cmd:"" help:"取批次的签名回执。The signed receipt of a batch."`
	VerifyReceipt feedVerifyReceipt `cmd:"" help:"离线核验回执。Check receipts offline."`
	NewKey        feedNewKey        `cmd:"" help:"生成报送单位的签名密钥。Make the key with which a sender signs."`
	ReceiptKey    feedReceiptKey    `cmd:"" help:"显示回执签名公钥。The public key that signs receipts."`
	Senders       feedSenders       `cmd:"" help:"报送单位状态：缺号、逾期、暂停。How the senders are doing: missing sequences, overdue, paused."`
	Sender        feedSender        `cmd:"" help:"设置报送单位：暂停、间隔、公钥。Pause a sender, set its interval or key."`
}

type feedStatus struct {
	connected
	listing
	Batch  string `arg:"" optional:"" help:"批次编号。Identifier of the batch."`
	Sender string `placeholder:"CODE" help:"只列该报送单位的批次。Only batches of this sender."`
	Limit  int    `default:"20" placeholder:"N" help:"最多列出多少批次，0 为全部，默认 20。At most so many, 0 for all; 20 by default."`
	Wait   bool   `help:"等到批次处理完。Wait until the batch has ended."`
}

// Run asks and prints. Like import it ends with 4 when rows were refused.
func (c feedStatus) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	if c.Batch == "" && c.Wait {
		return outcome.Usage("--wait 需要批次编号", "--wait needs a batch")
	}
	return c.dial(func(s *client.Suite) error {
		if c.Batch == "" {
			return c.list(a, s)
		}
		resp, err := s.Feed.GetFeedBatch(a.ctx, &registryv1.GetFeedBatchRequest{BatchId: c.Batch})
		if err != nil {
			return err
		}
		batch := resp.GetBatch()
		if c.Wait {
			if batch, err = watch(a, s, batch); err != nil {
				return err
			}
		}
		return finish(a, c.Output, batch)
	})
}

func (c feedStatus) list(a *app, s *client.Suite) error {
	return listed(a, c.Limit, c.Output, func(size int32, token string) (page[*registryv1.FeedBatch], error) {
		resp, err := s.Feed.ListFeedBatches(a.ctx, &registryv1.ListFeedBatchesRequest{Sender: c.Sender, PageSize: size, PageToken: token})
		return page[*registryv1.FeedBatch]{resp.GetBatches(), resp.GetNextPageToken()}, err
	}, batchTable)
}

// batchTable has one row per batch.
func batchTable(batches ...*registryv1.FeedBatch) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "batch_id", Title: "批次 Batch"},
		{Key: "sender", Title: "报送 Sender"},
		{Key: "file_name", Title: "文件 File"},
		{Key: "state", Title: "状态 State"},
		{Key: "received", Title: "收到 Received", Right: true},
	}}
	for _, w := range outcomes {
		title := ""
		if w.key == "refused" || w.key == "created" || w.key == "needs-review" {
			title = w.shown
		}
		t.Columns = append(t.Columns, show.Column{Key: strings.ReplaceAll(w.key, "-", "_"), Title: title, Right: true})
	}
	t.Columns = append(t.Columns, show.Column{Key: "create_time"})
	for _, b := range batches {
		row := []any{b.GetBatchId(), b.GetSender(), b.GetFileName(), stateCell(b.GetOperation().GetState()), b.GetCounts().GetReceived()}
		for _, n := range counted(b.GetCounts()) {
			row = append(row, n)
		}
		var when any
		if at := b.GetOperation().GetCreateTime(); at != nil {
			when = at.AsTime().Format("2006-01-02T15:04:05Z")
		}
		t.Add(append(row, when)...)
	}
	return t
}

type feedRows struct {
	connected
	listing
	Batch    string   `arg:"" help:"批次编号。Identifier of the batch."`
	Outcomes []string `name:"outcome" sep:"," enum:"created,updated,unchanged,duplicate,pending,needs-review,refused" placeholder:"OUTCOME" help:"只列这些结果：created、updated、unchanged、duplicate、pending、needs-review、refused，可重复。Only these outcomes; repeatable."`
	Reason   string   `placeholder:"REASON" help:"只列该原因代码。Only rows with this reason."`
	Limit    int      `default:"50" placeholder:"N" help:"最多列出多少行，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
}

// Run asks and prints.
func (c feedRows) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	return c.dial(func(s *client.Suite) error {
		return listed(a, c.Limit, c.Output, func(size int32, token string) (page[*registryv1.FeedRow], error) {
			resp, err := s.Feed.ListFeedRows(a.ctx, &registryv1.ListFeedRowsRequest{BatchId: c.Batch, Outcomes: outcomesOf(c.Outcomes), Reason: c.Reason, PageSize: size, PageToken: token})
			return page[*registryv1.FeedRow]{resp.GetRows(), resp.GetNextPageToken()}, err
		}, rowTable)
	})
}

func outcomesOf(keys []string) []registryv1.RowOutcome {
	var out []registryv1.RowOutcome
	for _, key := range keys {
		for _, w := range outcomes {
			if w.key == key {
				out = append(out, w.outcome)
			}
		}
	}
	return out
}

func rowTable(rows ...*registryv1.FeedRow) *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "row", Title: "行 Row", Right: true},
		{Key: "outcome", Title: "结果 Outcome"},
		{Key: "reason", Title: "原因 Reason"},
		{Key: "column", Title: "列 Column"},
		{Title: "说明 Meaning"},
		{Key: "text_zh"},
		{Key: "text_en"},
		{Key: "event_id", Title: "事件 Event"},
		{Key: "resident_id", Title: "居民编号 Resident"},
	}}
	for _, r := range rows {
		o := r.GetOutcome()
		t.Add(r.GetRowNumber(), outcomeCell(o.GetOutcome()), orNil(o.GetReason()), orNil(o.GetColumn()), bilingual(o.GetTextZh(), o.GetTextEn()),
			o.GetTextZh(), o.GetTextEn(), orNil(r.GetEventId()), orNil(o.GetResidentId()))
	}
	return t
}

type feedRejects struct {
	connected
	Batch string `arg:"" help:"批次编号。Identifier of the batch."`
	To    string `placeholder:"FILE" help:"写到文件，默认写到标准输出。Write to a file rather than to stdout."`
}

// Help says where the file goes.
func (feedRejects) Help() string {
	return "文件与原文件同一类型、同一编码，多出 原因、说明 两列，含证件号码：只能重定向或写到文件。The file is of the kind and encoding of the original and has two more columns; it holds numbers of documents and is therefore not written to a terminal.\n\n  xinju feed rejects 01JZ8M3Q4R5S6T7V8W9X0Y1Z2A > rejects.csv"
}

// Run fetches the file.
func (c feedRejects) Run(a *app) error {
	if c.To == "" && a.OutIsTerminal {
		return outcome.Usage("内容含证件号码，请重定向到文件：> rejects.csv，或用 --to FILE", "the rows hold numbers of documents: redirect them to a file, or use --to FILE")
	}
	return c.dial(func(s *client.Suite) error {
		if c.To == "" {
			return download(a, s, c.Batch, a.Out)
		}
		return toFile(c.To, func(w io.Writer) error { return download(a, s, c.Batch, w) })
	})
}

func download(a *app, s *client.Suite, batch string, w io.Writer) error {
	stream, err := s.Feed.DownloadFeedRejects(a.ctx, &registryv1.DownloadFeedRejectsRequest{BatchId: batch})
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

// toFile writes a file for its owner's eyes; one that could not be written whole is removed.
func toFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &outcome.Error{Code: outcome.Failed, Chinese: "无法新建文件（不覆盖已有文件）", English: "cannot create the file; existing files are not overwritten", Cause: err}
	}
	if err = write(f); err == nil {
		err = f.Close()
	} else {
		_ = f.Close()
	}
	if err != nil {
		_ = os.Remove(name)
	}
	return err
}
