package edge

import (
	"errors"
	"net/http"
	"strconv"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// previewBytes is as much of a file as a preview looks at: 4 MiB of lines, and
// more of what cannot be read without its end. The registry says when it has enough.
const previewBytes = 32 << 20

// preview shows what would be made of a file: the body, of which only the
// beginning is read, or the batch that the query names.
func (f feedFiles) preview(w http.ResponseWriter, r *http.Request) {
	noteRoute(r.Context(), "/v1/feed-batches:preview")
	first := &registryv1.PreviewFeedRequest{}
	malformed := false
	header, wrong := headerOf(r, func(name, value string) bool {
		switch name {
		case "preview_rows":
			n, err := strconv.ParseInt(value, 10, 32)
			malformed = malformed || err != nil || n < 0
			first.RowCount = int32(n)
		case "batch_id":
			first.BatchId = value
		default:
			return false
		}
		return true
	})
	if wrong != nil && first.GetBatchId() != "" && errors.Is(wrong, errUploadTarget) {
		wrong = nil // the batch has its own sender
	}
	if malformed && wrong == nil {
		wrong = errJSON.On("preview_rows", "须为非负整数 must be a number")
	}
	if wrong != nil {
		writeFault(w, wrong)
		return
	}
	if first.GetBatchId() == "" {
		first.Header = header
	}
	sendBody(w, r, previewBytes, f.client.PreviewFeed, func(part []byte) *registryv1.PreviewFeedRequest {
		msg := first
		first = &registryv1.PreviewFeedRequest{}
		msg.Data = part
		return msg
	})
}
