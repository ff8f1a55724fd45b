package edge

import (
	"errors"
	"io"
	"mime"
	"net/http"

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
