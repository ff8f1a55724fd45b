package edge

import (
	"net/http"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// rejectsOf tells …/{batch}:rejects from the other methods on a batch.
func rejectsOf(segment string) (id string, ok bool) { return strings.CutSuffix(segment, ":rejects") }

// rejects sends the refused rows as a file, in the encoding in which they came;
// 204 when there are none.
func (f feedFiles) rejects(w http.ResponseWriter, r *http.Request, id string) {
	noteRoute(r.Context(), "/v1/feed-batches/{batch_id}:rejects")
	if r.URL.RawQuery != "" {
		writeFault(w, errUnknownField)
		return
	}
	stream, err := f.client.DownloadFeedRejects(asCaller(r), &registryv1.DownloadFeedRejectsRequest{BatchId: id})
	if err != nil {
		writeError(w, err)
		return
	}
	sendFile(w, func() (string, string, []byte, error) {
		part, err := stream.Recv()
		return "text/csv", "rejects.csv", part.GetData(), err
	})
}
