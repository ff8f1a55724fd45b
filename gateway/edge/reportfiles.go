package edge

import (
	"net/http"
	"strconv"
	"strings"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
)

// reportFiles are the routes of forms and exports of frozen reports.
type reportFiles struct {
	client aggregatorv1.ReportServiceClient
}

// route finds what a file is asked for: …/{report}:render and …/{report}:export;
// nil leaves the request to the API.
func (f reportFiles) route(segment string) http.HandlerFunc {
	if id, ok := strings.CutSuffix(segment, ":render"); ok {
		return func(w http.ResponseWriter, r *http.Request) { f.render(w, r, id) }
	}
	if id, ok := strings.CutSuffix(segment, ":export"); ok {
		return func(w http.ResponseWriter, r *http.Request) { f.export(w, r, id) }
	}
	return nil
}

func (f reportFiles) render(w http.ResponseWriter, r *http.Request, id string) {
	noteRoute(r.Context(), "/v1/reports/{report_id}:render")
	req := &aggregatorv1.RenderReportRequest{ReportId: id}
	for name, values := range r.URL.Query() {
		value := values[len(values)-1]
		switch name {
		case "form":
			req.Form = aggregatorv1.ReportForm(enum(value, "REPORT_FORM_", aggregatorv1.ReportForm_value))
		case "format":
			req.Format = aggregatorv1.ReportFormat(enum(value, "REPORT_FORMAT_", aggregatorv1.ReportFormat_value))
		case "template_id":
			req.TemplateId = value
		case "all_indicators":
			all, err := strconv.ParseBool(value)
			if err != nil {
				writeFault(w, errJSON.On("all_indicators", "须为 true 或 false must be true or false"))
				return
			}
			req.AllIndicators = all
		default:
			writeFault(w, errUnknownField)
			return
		}
	}
	stream, err := f.client.RenderReport(asCaller(r), req)
	if err != nil {
		writeError(w, err)
		return
	}
	sendFile(w, func() (string, string, []byte, error) {
		part, err := stream.Recv()
		return part.GetMediaType(), part.GetFileName(), part.GetData(), err
	})
}

func (f reportFiles) export(w http.ResponseWriter, r *http.Request, id string) {
	noteRoute(r.Context(), "/v1/reports/{report_id}:export")
	req := &aggregatorv1.ExportReportRequest{ReportId: id}
	for name, values := range r.URL.Query() {
		value := values[len(values)-1]
		switch name {
		case "format":
			req.Format = aggregatorv1.ExportFormat(enum(value, "EXPORT_FORMAT_", aggregatorv1.ExportFormat_value))
		case "threshold":
			n, err := strconv.ParseInt(value, 10, 32)
			if err != nil {
				writeFault(w, errJSON.On("threshold", "须为整数 must be a number"))
				return
			}
			req.Threshold = int32(n)
		default:
			writeFault(w, errUnknownField)
			return
		}
	}
	stream, err := f.client.ExportReport(asCaller(r), req)
	if err != nil {
		writeError(w, err)
		return
	}
	sendFile(w, func() (string, string, []byte, error) {
		part, err := stream.Recv()
		return part.GetMediaType(), part.GetFileName(), part.GetData(), err
	})
}

// enum reads the name of a value with or without its prefix, or its number; what
// is none becomes a value that the service refuses.
func enum(s, prefix string, values map[string]int32) int32 {
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return int32(n)
	}
	if n, ok := values[prefix+strings.TrimPrefix(strings.ToUpper(s), prefix)]; ok {
		return n
	}
	return -1
}
