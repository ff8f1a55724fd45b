package rpc_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intake/rows"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/registry/internal/core"
	residence "xinju.dev/services/registry/internal/intake"
	"xinju.dev/services/registry/internal/rpc"
	"xinju.dev/services/testkit"
)

// shelf is batches and rows without a database: what these tests need of one.
type shelf struct {
	intake.Store
	rpc.Receipts
	intake.ProfileStore
	rpc.FeedSenders
	batches []intake.Batch
	rows    []intake.RowResult
	asked   int
}

func (s *shelf) CreateFeedBatch(_ context.Context, b intake.Batch) (intake.Batch, bool, error) {
	s.batches = append(s.batches, b)
	return b, true, nil
}

func (s *shelf) FeedBatch(_ context.Context, id string) (intake.Batch, error) {
	for i := range s.batches {
		b := s.batches[i]
		if b.ID != id {
			continue
		}
		if s.asked++; s.asked > 1 && b.State == intake.Running { // it ends while it is watched
			b.State, b.Ended = intake.Succeeded, b.Received.Add(time.Minute)
		}
		return b, nil
	}
	return intake.Batch{}, intake.ErrBatchNotFound
}

func (s *shelf) FeedBatches(_ context.Context, sender string, q page.Query) ([]intake.Batch, page.Next, error) {
	if _, err := q.Limit(); err != nil {
		return nil, "", err
	}
	out := slices.DeleteFunc(slices.Clone(s.batches), func(b intake.Batch) bool { return sender != "" && b.Sender != sender })
	return out, "next", nil
}

func (s *shelf) FeedRows(_ context.Context, f intake.RowFilter, _ page.Query) ([]intake.RowResult, page.Next, error) {
	return slices.DeleteFunc(slices.Clone(s.rows), func(r intake.RowResult) bool {
		return len(f.Outcomes) > 0 && !slices.Contains(f.Outcomes, r.Outcome) || f.Reason != "" && f.Reason != r.Reason
	}), "", nil
}

func (s *shelf) RefusedRows(_ context.Context, _ string, after, limit int) ([]intake.RowResult, error) {
	var out []intake.RowResult
	for _, r := range s.rows {
		if r.Outcome == core.Refused && r.Number > after && len(out) < limit {
			out = append(out, r)
		}
	}
	return out, nil
}

func (s *shelf) Sender(_ context.Context, name string) (intake.Sender, error) {
	return intake.Sender{Name: name}, nil
}

func (s *shelf) StillPending(context.Context, string) (int64, error) { return 3, nil }

var noon = time.Date(2025, 6, 30, 4, 0, 0, 0, time.UTC)

func serve(t *testing.T, s *shelf) registryv1.FeedIntakeServiceClient {
	t.Helper()
	sealer, err := seal.NewPlain(bytes.Repeat([]byte{'k'}, 32))
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return noon }
	in, err := intake.New(intake.Deps{
		Store: s, Senders: s, Targets: []intake.Target{residence.Residence{}}, Format: rows.Files{}, Sealer: sealer,
		SpoolDir: t.TempDir(), Now: now, Log: zap.NewNop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	conn := testkit.Serve(t, func(r grpc.ServiceRegistrar) {
		registryv1.RegisterFeedIntakeServiceServer(r, rpc.NewFeed(in, s, now))
	})
	return registryv1.NewFeedIntakeServiceClient(conn)
}

const goodFile = "公民身份号码,姓名,来本地日期\n990101199006300058,王小明,20250301\n"

func send(t *testing.T, c registryv1.FeedIntakeServiceClient, h *registryv1.FeedHeader, parts ...string) (*registryv1.FeedBatch, error) {
	t.Helper()
	stream, err := c.ImportFeed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range parts {
		req := &registryv1.ImportFeedRequest{Data: []byte(p)}
		if i == 0 {
			req.Header = h
		}
		if err := stream.Send(req); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
	}
	resp, err := stream.CloseAndRecv()
	return resp.GetBatch(), err
}

func TestImportFeedAnswersWithTheQueuedBatch(t *testing.T) {
	s := &shelf{}
	got, err := send(t, serve(t, s), &registryv1.FeedHeader{Sender: "ga-990101", FileName: `C:\out\6月.csv`, ValidateOnly: true}, "", goodFile[:10], goodFile[10:])
	if err != nil {
		t.Fatal(err)
	}
	if got.GetBatchId() != s.batches[0].ID || got.GetFileName() != "6月.csv" || got.GetEncoding() != "UTF-8" || got.GetDelimiter() != "," ||
		got.GetFileBytes() != int64(len(goodFile)) || got.GetOperation().GetState() != typev1.OperationState_OPERATION_STATE_QUEUED || !s.batches[0].ValidateOnly {
		t.Errorf("%v", got)
	}
	if diff := cmp.Diff([]string{"公民身份号码", "姓名", "来本地日期"}, got.GetColumns()); diff != "" {
		t.Error(diff)
	}
	if len(got.GetFileDigest()) != 64 {
		t.Errorf("digest %q", got.GetFileDigest())
	}
}

func reasonOf(t *testing.T, err error) (codes.Code, string) {
	t.Helper()
	st, _ := status.FromError(err)
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return st.Code(), info.GetReason()
		}
	}
	return st.Code(), ""
}

func TestImportFeedRefusesWhatIsNoFeed(t *testing.T) {
	for _, c := range []struct {
		name   string
		h      *registryv1.FeedHeader
		parts  []string
		reason string
	}{
		{"nothing", nil, nil, "FEED_HEADER_INVALID"},
		{"no header", nil, []string{goodFile}, "FEED_HEADER_INVALID"},
		{"a bad sender", &registryv1.FeedHeader{Sender: "a b"}, []string{goodFile}, "SENDER_INVALID"},
		{"an empty file", &registryv1.FeedHeader{Sender: "ga"}, []string{""}, "FEED_FILE_EMPTY"},
		{"a workbook cut off", &registryv1.FeedHeader{Sender: "ga"}, []string{"PK\x03\x04xl/"}, "FEED_FILE_TORN"},
		{"a PDF", &registryv1.FeedHeader{Sender: "ga"}, []string{"%PDF-1.4\n"}, "FEED_FILE_UNREADABLE"},
		{"a hint that is none", &registryv1.FeedHeader{Sender: "ga", Hints: &registryv1.FeedHints{Format: "DBF"}}, []string{goodFile}, "FEED_HINT_INVALID"},
		{"a part of more than 1 MiB", &registryv1.FeedHeader{Sender: "ga"}, []string{goodFile, strings.Repeat("x", 1<<20+1)}, "FEED_PART_TOO_LARGE"},
		{"no known columns", &registryv1.FeedHeader{Sender: "ga"}, []string{"a,b\n1,2\n"}, "FEED_COLUMNS_UNKNOWN"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &shelf{}
			_, err := send(t, serve(t, s), c.h, c.parts...)
			if code, reason := reasonOf(t, err); code != codes.InvalidArgument || reason != c.reason || len(s.batches) != 0 {
				t.Errorf("%s %s, %d batches", code, reason, len(s.batches))
			}
		})
	}
}

// textLayout is that of a file of separated values in UTF-8.
func textLayout() intake.Layout {
	columns := []string{"公民身份号码", "姓名", "来本地日期"}
	detail, err := json.Marshal(rowfile.Layout{
		Format: rowfile.CSV, Encoding: rowfile.UTF8, Delimiter: ',', Columns: columns, Header: []byte(strings.Join(columns, ",")),
		Start: rowfile.Position{Offset: 100, Row: 1}, Extent: 1000,
	})
	if err != nil {
		panic(err)
	}
	return intake.Layout{
		Format: "CSV", Encoding: "UTF-8", Delimiter: ",", Columns: columns, Start: intake.Position{Offset: 100, Line: 1}, Detail: detail,
		Profile: &intake.Profile{Name: "ga", Version: 3},
	}
}

func aBatch() intake.Batch {
	b := intake.Batch{
		ID: "01JZ0000000000000000000000", Sender: "ga", Bytes: 1000, State: intake.Running, Received: noon, Started: noon, Rate: 100,
		Kind: intake.Events, Stage: intake.StageApply, At: intake.Position{Offset: 400, Line: 31},
		Layout: textLayout(),
	}
	b.Counts[core.Created], b.Counts[core.Refused] = 20, 10
	b.Reasons = map[intake.ReasonKey]int64{
		{Outcome: core.Refused, Reason: "DATE_IMPOSSIBLE"}: 7, {Outcome: core.Refused, Reason: "ROW_TORN"}: 3, {Outcome: core.Pending, Reason: "FROM_A_NEWER_BUILD"}: 7,
	}
	return b
}

func TestGetFeedBatchShowsProgressAndReasons(t *testing.T) {
	s := &shelf{batches: []intake.Batch{aBatch()}}
	resp, err := serve(t, s).GetFeedBatch(t.Context(), &registryv1.GetFeedBatchRequest{BatchId: aBatch().ID})
	if err != nil {
		t.Fatal(err)
	}
	if l := resp.GetBatch().GetLayout(); l.GetFormat() != "CSV" || l.GetProfile() != "ga" || l.GetProfileVersion() != 3 {
		t.Errorf("%v", l)
	}
	op := resp.GetBatch().GetOperation()
	if op.GetStage() != "apply" || op.GetDone() != 30 || op.GetTotal() != 90 || op.GetRate() != 100 || op.GetRemainingSeconds() != 1 || op.GetKind() != "registry.import" {
		t.Errorf("%v", op)
	}
	var reasons []string
	for _, r := range resp.GetBatch().GetReasons() {
		reasons = append(reasons, fmt.Sprint(r.GetReason(), r.GetCount(), r.GetTextZh() != "", r.GetTextEn() != ""))
	}
	if diff := cmp.Diff([]string{"DATE_IMPOSSIBLE7 true true", "FROM_A_NEWER_BUILD7 false false", "ROW_TORN3 true true"}, reasons); diff != "" {
		t.Error(diff)
	}
	want := &registryv1.FeedCounts{Received: 30, Created: 20, Refused: 10}
	if diff := cmp.Diff(want, resp.GetBatch().GetCounts(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	_, err = serve(t, s).GetFeedBatch(t.Context(), &registryv1.GetFeedBatchRequest{BatchId: "01JZ0000000000000000000001"})
	if code, reason := reasonOf(t, err); code != codes.NotFound || reason != "FEED_BATCH_NOT_FOUND" {
		t.Errorf("an unknown batch: %s %s", code, reason)
	}
}

func TestAFailedBatchSaysWhy(t *testing.T) {
	b := aBatch()
	b.State, b.Failure, b.Ended = intake.Failed, "FEED_FILE_LOST", noon
	resp, err := serve(t, &shelf{batches: []intake.Batch{b}}).GetFeedBatch(t.Context(), &registryv1.GetFeedBatchRequest{BatchId: b.ID})
	if err != nil {
		t.Fatal(err)
	}
	op := resp.GetBatch().GetOperation()
	if op.GetState() != typev1.OperationState_OPERATION_STATE_FAILED || op.GetFailureReason() != "FEED_FILE_LOST" || !strings.Contains(op.GetFailureText(), "重新发送") || op.GetEndTime() == nil {
		t.Errorf("%v", op)
	}
}

func TestWatchFeedBatchEndsWithTheBatch(t *testing.T) {
	stream, err := serve(t, &shelf{batches: []intake.Batch{aBatch()}}).WatchFeedBatch(t.Context(), &registryv1.WatchFeedBatchRequest{BatchId: aBatch().ID})
	if err != nil {
		t.Fatal(err)
	}
	var states []typev1.OperationState
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, resp.GetBatch().GetOperation().GetState())
	}
	want := []typev1.OperationState{typev1.OperationState_OPERATION_STATE_RUNNING, typev1.OperationState_OPERATION_STATE_SUCCEEDED}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Error(diff)
	}
}

func TestListsFilterAndExplain(t *testing.T) {
	s := &shelf{batches: []intake.Batch{aBatch()}, rows: []intake.RowResult{
		{Number: 2, Outcome: core.Created, EventID: "E1", ResidentID: "r"},
		{Number: 3, Outcome: core.Refused, Reason: "DATE_IMPOSSIBLE", Column: "生效日期", EventID: "E2", Raw: []byte("a,b")},
	}}
	c := serve(t, s)
	rows, err := c.ListFeedRows(t.Context(), &registryv1.ListFeedRowsRequest{BatchId: aBatch().ID, Outcomes: []registryv1.RowOutcome{registryv1.RowOutcome_ROW_OUTCOME_REFUSED}})
	if err != nil || len(rows.GetRows()) != 1 {
		t.Fatal(rows, err)
	}
	o := rows.GetRows()[0].GetOutcome()
	if rows.GetRows()[0].GetRowNumber() != 3 || o.GetColumn() != "生效日期" || o.GetTextZh() == "" || o.GetTextEn() == "" {
		t.Errorf("%v", rows.GetRows()[0])
	}
	batches, err := c.ListFeedBatches(t.Context(), &registryv1.ListFeedBatchesRequest{Sender: "ga"})
	if err != nil || len(batches.GetBatches()) != 1 || batches.GetNextPageToken() != "next" {
		t.Errorf("%v, %v", batches, err)
	}
	_, err = c.ListFeedBatches(t.Context(), &registryv1.ListFeedBatchesRequest{PageSize: -1})
	if code, _ := reasonOf(t, err); code != codes.InvalidArgument {
		t.Errorf("a negative size: %s", code)
	}
}

func TestDownloadFeedRejectsSendsAFile(t *testing.T) {
	s := &shelf{batches: []intake.Batch{aBatch()}}
	var want bytes.Buffer
	want.WriteString("公民身份号码,姓名,来本地日期,原因,说明\n")
	for i := range 2500 {
		raw := fmt.Sprintf("%d,%s,x", i, strings.Repeat("长", 300))
		s.rows = append(s.rows, intake.RowResult{Number: i + 2, Outcome: core.Refused, Reason: "ROW_TORN", Column: "=cmd", Raw: []byte(raw)})
		want.WriteString(raw + ",ROW_TORN,列“=cmd”：末行不完整：缺少列且没有换行\n")
	}
	stream, err := serve(t, s).DownloadFeedRejects(t.Context(), &registryv1.DownloadFeedRejectsRequest{BatchId: aBatch().ID})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	parts := 0
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got.Write(resp.GetData())
		parts++
	}
	if !bytes.Equal(want.Bytes(), got.Bytes()) || parts < 3 {
		t.Errorf("%d bytes in %d parts instead of %d", got.Len(), parts, want.Len())
	}
}
