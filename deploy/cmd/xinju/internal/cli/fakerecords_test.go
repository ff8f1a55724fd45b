package cli

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/services/platform/intake"
)

// clinic is a record service with one batch and its profiles.
type clinic struct {
	intakev1.UnimplementedRecordImportServiceServer
	refused int64 // rows of the batch
	state   intakev1.ImportBatchState

	kind   string // asked for last
	header *intakev1.ImportHeader
	file   []byte
	reason string
	rows   *intakev1.ListImportRowsRequest
	kept   map[string]*intakev1.ImportProfile
}

func (c *clinic) batch(kind string, state intakev1.ImportBatchState) *intakev1.ImportBatch {
	c.kind, c.state = kind, state
	op := map[intakev1.ImportBatchState]typev1.OperationState{
		intakev1.ImportBatchState_IMPORT_BATCH_STATE_RUNNING:   typev1.OperationState_OPERATION_STATE_RUNNING,
		intakev1.ImportBatchState_IMPORT_BATCH_STATE_SUCCEEDED: typev1.OperationState_OPERATION_STATE_SUCCEEDED,
		intakev1.ImportBatchState_IMPORT_BATCH_STATE_CANCELLED: typev1.OperationState_OPERATION_STATE_CANCELLED,
		intakev1.ImportBatchState_IMPORT_BATCH_STATE_WITHDRAWN: typev1.OperationState_OPERATION_STATE_SUCCEEDED,
	}[state]
	b := &intakev1.ImportBatch{
		BatchId: batchID, Kind: kind, Sender: "cdc-990101", FileName: "doses.csv", State: state, Operation: &typev1.Operation{State: op, Total: 10, Done: 10},
		Counts: &intakev1.ImportCounts{Received: 10, Created: 10 - c.refused, Refused: c.refused},
	}
	if c.refused > 0 {
		b.Reasons = []*intakev1.ImportReason{{Reason: "DATE_IMPOSSIBLE", Outcome: intakev1.ImportOutcome_IMPORT_OUTCOME_REFUSED, Count: c.refused, TextZh: "日期不存在", TextEn: "there is no such day"}}
	}
	return b
}

func (c *clinic) ImportRecords(stream grpc.ClientStreamingServer[intakev1.ImportRecordsRequest, intakev1.ImportRecordsResponse]) error {
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return stream.SendAndClose(&intakev1.ImportRecordsResponse{Batch: c.batch(c.header.GetKind(), intakev1.ImportBatchState_IMPORT_BATCH_STATE_RUNNING)})
		}
		if err != nil {
			return err
		}
		if part.GetHeader() != nil {
			c.header = part.GetHeader()
		}
		c.file = append(c.file, part.GetData()...)
	}
}

func (c *clinic) PreviewImport(stream grpc.ClientStreamingServer[intakev1.PreviewImportRequest, intakev1.PreviewImportResponse]) error {
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if part.GetHeader() != nil {
			c.header = part.GetHeader()
		}
	}
	return stream.SendAndClose(&intakev1.PreviewImportResponse{
		Format: "CSV", Encoding: "GB18030", Delimiter: ",", Columns: []*intakev1.ImportColumn{{Name: "接种日期", Field: "dose_date", Samples: []string{"2026-01-05"}}, {Name: "备注"}},
		Rows: []*intakev1.ImportRow{{RowNumber: 2, Outcome: intakev1.ImportOutcome_IMPORT_OUTCOME_CREATED}},
	})
}

func (c *clinic) WatchImportBatch(r *intakev1.WatchImportBatchRequest, stream grpc.ServerStreamingServer[intakev1.WatchImportBatchResponse]) error {
	end := intakev1.ImportBatchState_IMPORT_BATCH_STATE_SUCCEEDED
	if c.state == intakev1.ImportBatchState_IMPORT_BATCH_STATE_WITHDRAWING {
		end = intakev1.ImportBatchState_IMPORT_BATCH_STATE_WITHDRAWN
	}
	return stream.Send(&intakev1.WatchImportBatchResponse{Batch: c.batch(r.GetKind(), end)})
}

func (c *clinic) GetImportBatch(_ context.Context, r *intakev1.GetImportBatchRequest) (*intakev1.GetImportBatchResponse, error) {
	if r.GetBatchId() != batchID {
		return nil, intake.ErrBatchNotFound
	}
	return &intakev1.GetImportBatchResponse{Batch: c.batch(r.GetKind(), intakev1.ImportBatchState_IMPORT_BATCH_STATE_SUCCEEDED)}, nil
}

func (c *clinic) ListImportBatches(_ context.Context, r *intakev1.ListImportBatchesRequest) (*intakev1.ListImportBatchesResponse, error) {
	resp := &intakev1.ListImportBatchesResponse{}
	if r.GetSender() == "" || r.GetSender() == "cdc-990101" {
		resp.Batches = append(resp.Batches, c.batch(r.GetKind(), intakev1.ImportBatchState_IMPORT_BATCH_STATE_SUCCEEDED))
	}
	return resp, nil
}

func (c *clinic) ListImportRows(_ context.Context, r *intakev1.ListImportRowsRequest) (*intakev1.ListImportRowsResponse, error) {
	c.rows = r
	return &intakev1.ListImportRowsResponse{Rows: []*intakev1.ImportRow{
		{RowNumber: 7, Outcome: intakev1.ImportOutcome_IMPORT_OUTCOME_REFUSED, Reason: "DATE_IMPOSSIBLE", Column: "接种日期", TextZh: "日期不存在", TextEn: "there is no such day"},
		{RowNumber: 8, Outcome: intakev1.ImportOutcome_IMPORT_OUTCOME_PENDING, Reason: "IMPORT_PERSON_UNKNOWN", Resolved: intakev1.ImportOutcome_IMPORT_OUTCOME_CREATED, SourceRecordNumber: "N-8"},
	}}, nil
}

func (c *clinic) DownloadImportRejects(_ *intakev1.DownloadImportRejectsRequest, stream grpc.ServerStreamingServer[intakev1.DownloadImportRejectsResponse]) error {
	for _, part := range []string{"编号,原因\n", "7,DATE_IMPOSSIBLE\n"} {
		if err := stream.Send(&intakev1.DownloadImportRejectsResponse{Data: []byte(part)}); err != nil {
			return err
		}
	}
	return nil
}

func (c *clinic) CancelImport(_ context.Context, r *intakev1.CancelImportRequest) (*intakev1.CancelImportResponse, error) {
	return &intakev1.CancelImportResponse{Batch: c.batch(r.GetKind(), intakev1.ImportBatchState_IMPORT_BATCH_STATE_CANCELLED)}, nil
}

func (c *clinic) ResumeImport(_ context.Context, r *intakev1.ResumeImportRequest) (*intakev1.ResumeImportResponse, error) {
	return &intakev1.ResumeImportResponse{Batch: c.batch(r.GetKind(), intakev1.ImportBatchState_IMPORT_BATCH_STATE_RUNNING)}, nil
}

func (c *clinic) WithdrawImport(_ context.Context, r *intakev1.WithdrawImportRequest) (*intakev1.WithdrawImportResponse, error) {
	c.reason = r.GetReason()
	return &intakev1.WithdrawImportResponse{Batch: c.batch(r.GetKind(), intakev1.ImportBatchState_IMPORT_BATCH_STATE_WITHDRAWING)}, nil
}

func (c *clinic) GetImportProfile(_ context.Context, r *intakev1.GetImportProfileRequest) (*intakev1.GetImportProfileResponse, error) {
	p, ok := c.kept[r.GetKind()+"/"+r.GetName()]
	if !ok {
		return nil, intake.ErrProfileNotFound
	}
	return &intakev1.GetImportProfileResponse{Profile: p}, nil
}

func (c *clinic) CreateImportProfile(_ context.Context, r *intakev1.CreateImportProfileRequest) (*intakev1.CreateImportProfileResponse, error) {
	p := proto.CloneOf(r.GetProfile())
	if !r.GetValidateOnly() {
		p.Etag = "1"
		c.kept[r.GetKind()+"/"+p.GetName()] = p
	}
	return &intakev1.CreateImportProfileResponse{Profile: p}, nil
}

func (c *clinic) UpdateImportProfile(_ context.Context, r *intakev1.UpdateImportProfileRequest) (*intakev1.UpdateImportProfileResponse, error) {
	p, key := proto.CloneOf(r.GetProfile()), r.GetKind()+"/"+r.GetProfile().GetName()
	if e := p.GetEtag(); e != "" && e != c.kept[key].GetEtag() {
		return nil, intake.ErrProfileChanged
	}
	p.Etag = "2"
	c.kept[key] = p
	return &intakev1.UpdateImportProfileResponse{Profile: p}, nil
}

func (c *clinic) ListImportProfiles(_ context.Context, r *intakev1.ListImportProfilesRequest) (*intakev1.ListImportProfilesResponse, error) {
	resp := &intakev1.ListImportProfilesResponse{}
	for key, p := range c.kept {
		if key == r.GetKind()+"/"+p.GetName() {
			resp.Profiles = append(resp.Profiles, p)
		}
	}
	return resp, nil
}

func (c *clinic) DeleteImportProfile(_ context.Context, r *intakev1.DeleteImportProfileRequest) (*intakev1.DeleteImportProfileResponse, error) {
	delete(c.kept, r.GetKind()+"/"+r.GetName())
	return &intakev1.DeleteImportProfileResponse{}, nil
}
