package edge

import (
	"net/http"
	"strconv"
	"strings"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/services/platform/fault"
)

// recordFiles are the routes of files of records.
type recordFiles struct{ services byKind }

// client speaks to the service of a kind.
func (f recordFiles) client(kind string) (intakev1.RecordImportServiceClient, error) {
	conn, err := f.services.owner(kind)
	if err != nil {
		return nil, err
	}
	return intakev1.NewRecordImportServiceClient(forward{conn, true}), nil
}

// route finds what a file is asked for; nil leaves the request to the API.
func (f recordFiles) route(r *http.Request) (method string, next http.HandlerFunc) {
	if batch := r.PathValue("batch"); batch != "" {
		if id, ok := rejectsOf(batch); ok {
			return http.MethodGet, func(w http.ResponseWriter, r *http.Request) { f.rejects(w, r, r.PathValue("kind"), id) }
		}
		return "", nil
	}
	if kind, ok := strings.CutSuffix(r.PathValue("kind"), ":upload"); ok {
		return http.MethodPost, func(w http.ResponseWriter, r *http.Request) { f.upload(w, r, kind) }
	}
	if kind, ok := strings.CutSuffix(r.PathValue("kind"), ":preview"); ok {
		return http.MethodPost, func(w http.ResponseWriter, r *http.Request) { f.preview(w, r, kind) }
	}
	return "", nil
}

// header reads what the query says about the file; other names are the caller's.
func (recordFiles) header(r *http.Request, kind string, own func(name, value string) bool) (*intakev1.ImportHeader, *fault.Error) {
	h := &intakev1.ImportHeader{Kind: kind}
	feed, wrong := headerOf(r, func(name, value string) bool {
		if name == "default_unit_id" {
			h.DefaultUnitId = value
			return true
		}
		return own(name, value)
	})
	if wrong != nil {
		return nil, wrong
	}
	if feed.GetManifest() != nil {
		return nil, errUnknownField
	}
	h.Profile = feed.GetProfile()
	h.Sender, h.FileName, h.Encoding, h.ValidateOnly = feed.GetSender(), feed.GetFileName(), feed.GetEncoding(), feed.GetValidateOnly()
	h.Format, h.Sheet = feed.GetHints().GetFormat(), feed.GetHints().GetSheet()
	return h, nil
}

// upload streams the body to the service as it comes; it is never held whole.
func (f recordFiles) upload(w http.ResponseWriter, r *http.Request, kind string) {
	noteRoute(r.Context(), "/v1/record-imports/{kind}:upload")
	client, err := f.client(kind)
	if err != nil {
		writeError(w, err)
		return
	}
	header, wrong := f.header(r, kind, func(string, string) bool { return false })
	if wrong != nil {
		writeFault(w, wrong)
		return
	}
	sendBody(w, r, wholeFile, client.ImportRecords, func(part []byte) *intakev1.ImportRecordsRequest {
		msg := &intakev1.ImportRecordsRequest{Header: header, Data: part}
		header = nil
		return msg
	})
}

// preview shows what would be made of a file.
func (f recordFiles) preview(w http.ResponseWriter, r *http.Request, kind string) {
	noteRoute(r.Context(), "/v1/record-imports/{kind}:preview")
	client, err := f.client(kind)
	if err != nil {
		writeError(w, err)
		return
	}
	var rows int64
	var malformed error
	header, wrong := f.header(r, kind, func(name, value string) bool {
		if name == "preview_rows" {
			rows, malformed = strconv.ParseInt(value, 10, 32)
		}
		return name == "preview_rows"
	})
	if wrong == nil && (malformed != nil || rows < 0) {
		wrong = errJSON.On("preview_rows", "须为非负整数 must be a number")
	}
	if wrong != nil {
		writeFault(w, wrong)
		return
	}
	sendBody(w, r, previewBytes, client.PreviewImport, func(part []byte) *intakev1.PreviewImportRequest {
		msg := &intakev1.PreviewImportRequest{Header: header, RowCount: int32(rows), Data: part}
		header = nil
		return msg
	})
}

// rejects sends the refused rows as a file of the kind that came; 204 when there
// are none.
func (f recordFiles) rejects(w http.ResponseWriter, r *http.Request, kind, id string) {
	noteRoute(r.Context(), "/v1/record-imports/{kind}/{batch_id}:rejects")
	if r.URL.RawQuery != "" {
		writeFault(w, errUnknownField)
		return
	}
	client, err := f.client(kind)
	if err != nil {
		writeError(w, err)
		return
	}
	stream, err := client.DownloadImportRejects(asCaller(r), &intakev1.DownloadImportRejectsRequest{Kind: kind, BatchId: id})
	if err != nil {
		writeError(w, err)
		return
	}
	sendFile(w, func() (string, string, []byte, error) {
		part, err := stream.Recv()
		return "application/octet-stream", "rejects", part.GetData(), err
	})
}
