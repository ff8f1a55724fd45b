package edge

import (
	"errors"
	"io"
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
	started := false
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			if !started {
				w.WriteHeader(http.StatusNoContent)
			}
			return
		}
		if err != nil && !started {
			writeError(w, err)
			return
		}
		if err == nil {
			if !started {
				w.Header().Set("Content-Type", "text/csv")
				w.Header().Set("Content-Disposition", `attachment; filename="rejects.csv"`)
				started = true
			}
			_, err = w.Write(part.GetData())
		}
		if err != nil {
			// Half a file must not look like a whole one: break the connection.
			panic(http.ErrAbortHandler)
		}
	}
}
