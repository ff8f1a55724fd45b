package edge_test

import (
	"net/http"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

func TestAFormIsSentAsAFile(t *testing.T) {
	f := newFake(t)
	f.answer = func(call seen, stream grpc.ServerStream, _ proto.Message) error {
		req := call.msg.(*aggregatorv1.RenderReportRequest)
		if req.GetReportId() != "R1" || req.GetForm() != aggregatorv1.ReportForm_REPORT_FORM_LEDGER || req.GetFormat() != aggregatorv1.ReportFormat_REPORT_FORMAT_CSV {
			return status.Error(codes.InvalidArgument, "another request")
		}
		for _, part := range []*aggregatorv1.RenderReportResponse{{MediaType: "text/csv", FileName: "r.csv", Data: []byte("a,")}, {Data: []byte("b\r\n")}} {
			if err := stream.SendMsg(part); err != nil {
				return err
			}
		}
		return nil
	}
	h := f.gateway(t)
	w := do(h, http.MethodGet, "/v1/reports/R1:render?form=ledger&format=REPORT_FORMAT_CSV", "")
	if w.Code != http.StatusOK || w.Body.String() != "a,b\r\n" || w.Header().Get("Content-Type") != "text/csv" || w.Header().Get("Content-Disposition") != `attachment; filename=r.csv` {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if w := do(h, http.MethodGet, "/v1/reports/R1:render?form=ledger&other=1", ""); w.Code != http.StatusBadRequest {
		t.Errorf("an unknown field: %d", w.Code)
	}
	if w := do(h, http.MethodPost, "/v1/reports/R1:render", "{}"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("another method: %d", w.Code)
	}
}
