package edge

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// errWholeBody is what io.ReadFull says about a last, shorter piece; a body that
// broke off says the same, so patient renames that.
var (
	errWholeBody = io.ErrUnexpectedEOF
	errBrokenOff = errors.New("the body broke off")
)

// patient reads a body of any length but not one that stands still.
type patient struct {
	from    io.Reader
	control *http.ResponseController
}

// Read implements io.Reader.
func (p patient) Read(buf []byte) (int, error) {
	_ = p.control.SetReadDeadline(time.Now().Add(idleTime)) // not offered outside of a server
	n, err := p.from.Read(buf)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errBrokenOff
	}
	return n, err
}

// end lifts the limit: what follows is no longer the body.
func (p patient) end() { _ = p.control.SetReadDeadline(time.Time{}) }
