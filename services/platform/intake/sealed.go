package intake

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strconv"

	"xinju.dev/services/platform/seal"
)

// A received file is kept in segments of fixed length, each sealed to the name
// the file was first given and to its number, so that segments cannot be
// exchanged and reading may begin anywhere. The file begins with that name; each
// segment with its sealed length. That nothing is missing at the end follows
// from the length, which the batch keeps.
const (
	segmentBytes = 64 << 10
	nameBytes    = 26
)

// sealedWriter writes a sealed file.
type sealedWriter struct {
	file   *os.File
	sealer seal.Sealer
	name   string
	buf    []byte
	number int
	size   int64
	room   int64 // tests only; negative for no limit
	err    error
}

var errNoRoom = errors.New("no space left")

func newSealedWriter(f *os.File, s seal.Sealer, name string, limit int64) *sealedWriter {
	w := &sealedWriter{file: f, sealer: s, name: name, buf: make([]byte, 0, segmentBytes), room: -1}
	if limit > 0 {
		w.room = limit
	}
	w.put([]byte(name))
	return w
}

// Write implements io.Writer. It fails with FEED_SPOOL_UNAVAILABLE.
func (w *sealedWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && w.err == nil {
		take := min(len(p), segmentBytes-len(w.buf))
		w.buf = append(w.buf, p[:take]...)
		p = p[take:]
		if len(w.buf) == segmentBytes {
			w.segment()
		}
	}
	if w.err != nil {
		return 0, w.err
	}
	w.size += int64(n)
	return n, nil
}

func (w *sealedWriter) segment() {
	sealed, err := w.sealer.Seal("feed_file", segmentRow(w.name, w.number), "segment", w.buf)
	if err != nil {
		w.err = ErrSpoolFull.Because(err)
		return
	}
	w.put(binary.BigEndian.AppendUint32(nil, uint32(len(sealed))))
	w.put(sealed)
	w.buf = w.buf[:0]
	w.number++
}

func (w *sealedWriter) put(b []byte) {
	if w.err != nil {
		return
	}
	if w.room >= 0 {
		if w.room -= int64(len(b)); w.room < 0 {
			w.err = ErrSpoolFull.Because(errNoRoom)
			return
		}
	}
	if _, err := w.file.Write(b); err != nil {
		w.err = ErrSpoolFull.Because(err)
	}
}

// flush writes the last, shorter segment; nothing may be written after it.
func (w *sealedWriter) flush() error {
	if len(w.buf) > 0 && w.err == nil {
		w.segment()
	}
	return w.err
}

// finish makes the file durable and closes it.
func (w *sealedWriter) finish() error {
	err := w.flush()
	if err == nil {
		err = w.file.Sync()
	}
	return errors.Join(err, w.file.Close())
}

// reader reads what is written so far; flush must have come before.
func (w *sealedWriter) reader() (*sealedFile, error) { return openSealed(w.file, w.sealer) }

func segmentRow(name string, number int) string { return name + "/" + strconv.Itoa(number) }

// sealedFile reads a sealed file. It is used by one goroutine.
type sealedFile struct {
	file    *os.File
	sealer  seal.Sealer
	name    string
	step    int64 // bytes that a full segment takes in the file
	count   int
	size    int64
	number  int // of the segment in plain; -1 for none
	plain   []byte
	scratch []byte
}

// openSealed fails with FEED_FILE_LOST when the file is not whole.
func openSealed(f *os.File, s seal.Sealer) (*sealedFile, error) {
	out := &sealedFile{file: f, sealer: s, number: -1}
	info, err := f.Stat()
	if err != nil {
		return nil, ErrFileLost.Because(err)
	}
	head := make([]byte, nameBytes+4)
	if n, err := f.ReadAt(head, 0); n < nameBytes || err != nil && n < len(head) && n != nameBytes {
		return nil, ErrFileLost
	} else if n == nameBytes {
		out.name = string(head[:n])
		return out, nil // an empty file
	}
	out.name = string(head[:nameBytes])
	body := info.Size() - nameBytes
	out.step = 4 + int64(binary.BigEndian.Uint32(head[nameBytes:]))
	if out.step > body {
		return nil, ErrFileLost
	}
	out.count = int((body + out.step - 1) / out.step)
	last, err := out.segment(out.count - 1)
	if err != nil {
		return nil, err
	}
	out.size = int64(out.count-1)*segmentBytes + int64(len(last))
	return out, nil
}

// Size implements File.
func (r *sealedFile) Size() int64 { return r.size }

// ReadAt implements io.ReaderAt.
func (r *sealedFile) ReadAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		if off >= r.size {
			return n, io.EOF
		}
		plain, err := r.segment(int(off / segmentBytes))
		if err != nil {
			return n, err
		}
		if off%segmentBytes >= int64(len(plain)) {
			return n, ErrFileLost
		}
		c := copy(p[n:], plain[off%segmentBytes:])
		n, off = n+c, off+int64(c)
	}
	return n, nil
}

func (r *sealedFile) segment(number int) ([]byte, error) {
	if number == r.number {
		return r.plain, nil
	}
	at := nameBytes + int64(number)*r.step
	if cap(r.scratch) < int(r.step) {
		r.scratch = make([]byte, r.step)
	}
	n, err := r.file.ReadAt(r.scratch[:r.step], at)
	if err != nil && !errors.Is(err, io.EOF) || n < 4 {
		return nil, ErrFileLost.Because(err)
	}
	length := int(binary.BigEndian.Uint32(r.scratch))
	if length != n-4 { // full segments have one length, and nothing stands behind the last
		return nil, ErrFileLost
	}
	plain, err := r.sealer.Open("feed_file", segmentRow(r.name, number), "segment", r.scratch[4:4+length])
	if err != nil {
		return nil, ErrFileLost.Because(err)
	}
	r.number, r.plain = number, plain
	return plain, nil
}

// Close ends reading.
func (r *sealedFile) Close() error { return r.file.Close() }
