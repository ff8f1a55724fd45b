package rpc

import (
	"errors"
	"io"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"

	"google.golang.org/grpc"
)

// PreviewFeed implements registryv1.FeedIntakeServiceServer.
func (f *Feed) PreviewFeed(stream grpc.ClientStreamingServer[registryv1.PreviewFeedRequest, registryv1.PreviewFeedResponse]) error {
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) || err == nil && (first.GetHeader() == nil) == (first.GetBatchId() == "") {
		return intake.ErrHeader.On("header", "or batch_id is required in the first message")
	}
	if err != nil {
		return err
	}
	p, err := f.preview(stream, first)
	if err != nil {
		return err
	}
	return stream.SendAndClose(previewProto(p))
}

func (f *Feed) preview(stream grpc.ClientStreamingServer[registryv1.PreviewFeedRequest, registryv1.PreviewFeedResponse], first *registryv1.PreviewFeedRequest) (intake.Preview, error) {
	rows := int(first.GetRowCount())
	if first.GetBatchId() != "" {
		return f.intake.PreviewBatch(stream.Context(), first.GetBatchId(), rows)
	}
	h, err := feedHeader(first.GetHeader())
	if err != nil {
		return intake.Preview{}, err
	}
	pending := first
	return f.intake.Preview(stream.Context(), h, rows, func() ([]byte, error) {
		m := pending
		pending = nil
		if m == nil {
			if m, err = stream.Recv(); err != nil {
				return nil, err
			}
		}
		if len(m.GetData()) > maxPart {
			return nil, errPart
		}
		return m.GetData(), nil
	})
}

func previewProto(p intake.Preview) *registryv1.PreviewFeedResponse {
	out := &registryv1.PreviewFeedResponse{
		Format: p.Layout.Format, Encoding: p.Layout.Encoding, EncodingConfidence: p.Layout.Confidence, Delimiter: p.Layout.Delimiter, Layout: feedLayout(p.Layout),
	}
	for _, c := range p.Columns {
		out.Columns = append(out.Columns, &registryv1.PreviewColumn{Name: c.Name, Field: c.Field, DataClass: typev1.DataClass(c.Class), Samples: c.Samples})
	}
	for _, r := range p.Rows {
		out.Rows = append(out.Rows, feedRow(r))
	}
	if why, ok := errors.AsType[*fault.Error](p.Problem); ok {
		out.ProblemReason, out.ProblemTextZh, out.ProblemTextEn = why.Reason, why.Chinese, why.Text
		out.MissingColumns = why.Meta["missing"]
	}
	return out
}
