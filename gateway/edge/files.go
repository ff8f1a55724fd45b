package edge

import (
	"context"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
)

// chunk is how much of a file one message carries.
const chunk = 256 << 10

// sendParts sends a body in parts until it ends or the service has answered,
// which is no failure: the answer says why.
func sendParts(body io.Reader, to func(part []byte) error) error {
	buf := make([]byte, chunk)
	for {
		n, err := io.ReadFull(body, buf)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, errWholeBody) {
			return errCut.Because(err)
		}
		if sendErr := to(buf[:n]); errors.Is(sendErr, io.EOF) {
			return nil
		} else if sendErr != nil {
			return sendErr
		}
		if err != nil { // the whole body has been sent
			return nil //nolint:nilerr // its end is no failure
		}
	}
}

// sendBody streams the body of a request, at most so many bytes of it, to a
// service as it comes, and answers what the service says; it is never held whole.
func sendBody[Req, Resp any](
	w http.ResponseWriter, r *http.Request, most int64,
	open func(context.Context, ...grpc.CallOption) (grpc.ClientStreamingClient[Req, Resp], error), message func(part []byte) *Req,
) {
	stream, err := open(asCaller(r))
	if err != nil {
		writeError(w, err)
		return
	}
	body := patient{from: r.Body, control: http.NewResponseController(w)}
	defer body.end()
	err = sendParts(io.LimitReader(body, most), func(part []byte) error { return stream.Send(message(part)) })
	if err != nil {
		writeError(w, err) // leaving cancels the call: half a file is never taken for a whole one
		return
	}
	resp, err := stream.CloseAndRecv()
	answer, _ := any(resp).(proto.Message)
	writeAnswer(w, answer, err)
}

// wholeFile is the most of a file that is streamed whole.
const wholeFile = math.MaxInt64

func writeAnswer(w http.ResponseWriter, resp proto.Message, err error) {
	if err != nil {
		writeError(w, err)
		return
	}
	text, err := newJSON().Marshal(resp)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(append(text, '\n'))
}

// sendFile passes a file on as it comes; 204 when there is nothing in it.
func sendFile(w http.ResponseWriter, next func() (mediaType, name string, data []byte, err error)) {
	for started := false; ; started = true {
		mediaType, name, data, err := next()
		switch {
		case errors.Is(err, io.EOF):
			if !started {
				w.WriteHeader(http.StatusNoContent)
			}
			return
		case err != nil && !started:
			writeError(w, err)
			return
		case err == nil:
			if !started {
				w.Header().Set("Content-Type", mediaType)
				w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
			}
			_, err = w.Write(data)
		}
		if err != nil {
			// Half a file must not look like a whole one: break the connection.
			panic(http.ErrAbortHandler)
		}
	}
}
