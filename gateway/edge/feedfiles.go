package edge

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"strings"

	"google.golang.org/grpc/metadata"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// feedFiles are the two routes that carry files instead of JSON.
type feedFiles struct {
	client registryv1.FeedIntakeServiceClient
}

const chunk = 256 << 10

// upload streams the body to the registry as it comes; it is never held whole.
func (f feedFiles) upload(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("sender") == "" {
		writeFault(w, r, errUploadTarget)
		return
	}
	stream, err := f.client.ImportFeed(asCaller(r))
	if err != nil {
		writeStatus(w, cleaned(err))
		return
	}
	first := &registryv1.ImportFeedRequest{Header: &registryv1.FeedHeader{
		Sender:       q.Get("sender"),
		FileName:     path.Base("/" + strings.ReplaceAll(q.Get("file_name"), `\`, "/")),
		Encoding:     q.Get("encoding"),
		ValidateOnly: q.Get("validate_only") == "true",
	}}
	if err := send(stream.Send, first, r.Body); err != nil && !errors.Is(err, io.EOF) {
		writeStatus(w, cleaned(err))
		return
	}
	// After io.EOF from Send the server has already answered; its reason is here.
	resp, err := stream.CloseAndRecv()
	if err != nil {
		writeStatus(w, cleaned(err))
		return
	}
	body, err := newJSON().Marshal(resp)
	if err != nil {
		writeStatus(w, cleaned(err))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(append(body, '\n'))
}

func send(to func(*registryv1.ImportFeedRequest) error, msg *registryv1.ImportFeedRequest, body io.Reader) error {
	buf := make([]byte, chunk)
	for {
		n, err := io.ReadFull(body, buf)
		msg.Data = buf[:n]
		if sendErr := to(msg); sendErr != nil {
			return sendErr
		}
		msg = &registryv1.ImportFeedRequest{}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// rejectsOf tells …/{batch}:rejects from the other methods on a batch.
func rejectsOf(segment string) (id string, ok bool) { return strings.CutSuffix(segment, ":rejects") }

// rejects sends the refused rows as a file.
func (f feedFiles) rejects(w http.ResponseWriter, r *http.Request, id string) {
	stream, err := f.client.DownloadFeedRejects(asCaller(r), &registryv1.DownloadFeedRejectsRequest{BatchId: id})
	if err != nil {
		writeStatus(w, cleaned(err))
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
		if err != nil {
			if !started {
				writeStatus(w, cleaned(err))
				return
			}
			// Half a file must not look like a whole one: break the connection.
			panic(http.ErrAbortHandler)
		}
		if !started {
			w.Header().Set("Content-Type", "text/csv")
			w.Header().Set("Content-Disposition", `attachment; filename="rejects.csv"`)
			started = true
		}
		_, _ = w.Write(part.GetData())
	}
}

// asCaller carries the caller's authorization on.
func asCaller(r *http.Request) context.Context {
	md := metadata.MD{}
	for _, h := range []string{"Authorization", "X-Request-Id", "Accept-Language"} {
		if v := r.Header.Get(h); v != "" {
			md.Set(strings.ToLower(h), v)
		}
	}
	return metadata.NewOutgoingContext(r.Context(), md)
}
