package edge

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"xinju.dev/services/platform/fault"
)

// maxBodies bounds all JSON bodies that are held at the same time.
const maxBodies = 128 << 20

// bodies reads JSON bodies whole, so that a call starts only when its request has
// arrived and is one JSON value and nothing else; of a stream, one after the other.
type bodies struct{ left atomic.Int64 }

func newBodies() *bodies {
	b := &bodies{}
	b.left.Store(maxBodies)
	return b
}

// read returns the body of a call that takes one, or refuses it. release gives
// its memory back.
func (b *bodies) read(w http.ResponseWriter, r *http.Request, at route) (body []byte, release func(), wrong *fault.Error) {
	takes := at.body != ""
	taken := 0
	release = func() { b.left.Add(int64(taken)) }
	if wrong := uncoded(r); wrong != nil {
		return nil, release, wrong
	}
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil, release, nil
	}
	if takes && !isJSON(r) {
		return nil, release, errContentType
	}
	if r.ContentLength > MaxBody {
		w.Header().Set("Connection", "close") // nobody wants to read the rest
		return nil, release, errTooLarge
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTime)) // not offered outside of a server
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	body, taken, wrong = b.all(http.MaxBytesReader(w, r.Body, MaxBody))
	switch {
	case wrong != nil:
		return nil, release, wrong
	case len(body) > 0 && !takes:
		return nil, release, errNoBody
	case len(body) > 0 && (!utf8.Valid(body) || !json.Valid(body) && !(at.many && values(body))):
		return nil, release, errJSON
	}
	return body, release, nil
}

// values reports that a body is JSON values, one after the other, and nothing else.
func values(body []byte) bool {
	d := json.NewDecoder(bytes.NewReader(body))
	for {
		var one json.RawMessage
		if err := d.Decode(&one); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// all reads everything, taking memory as it comes: an announced length takes none.
func (b *bodies) all(from io.Reader) (body []byte, taken int, wrong *fault.Error) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if b.left.Add(-int64(n)) < 0 {
			b.left.Add(int64(n))
			return nil, taken, errBusy
		}
		taken += n
		body = append(body, buf[:n]...)
		if err == nil {
			continue
		}
		if errors.Is(err, io.EOF) {
			return body, taken, nil
		}
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, taken, errTooLarge
		}
		return nil, taken, errCut
	}
}

// uncoded refuses compression: what a body unfolds to must not be a surprise.
func uncoded(r *http.Request) *fault.Error {
	for _, c := range r.Header.Values("Content-Encoding") {
		if c != "" && !strings.EqualFold(c, "identity") {
			return errContentCoding
		}
	}
	return nil
}

// isJSON says whether the body is JSON by its header; without one it is taken for it.
func isJSON(r *http.Request) bool {
	values := r.Header.Values("Content-Type")
	if len(values) == 0 {
		return true
	}
	kind, params, err := mime.ParseMediaType(values[0])
	charset, given := params["charset"]
	return err == nil && len(values) == 1 && kind == "application/json" && (!given || strings.EqualFold(charset, "utf-8"))
}

func readCloser(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }
