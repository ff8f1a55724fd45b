package rowfile

import (
	"bytes"
	"errors"
	"io"
)

// maxLine is the longest row that is read, in bytes without its line end.
const maxLine = 64 << 10

// line is one physical line of a file. A line end always ends a row, also
// inside quotation marks: one stray mark must not swallow the rows after it.
type line struct {
	raw     []byte // without its line end; valid until the next call
	end     int64  // offset of the byte after the line
	number  int    // counted from 1
	tooLong bool   // raw is only the first maxLine bytes
	unended bool   // the file ends without a line end here
	cr      bool   // the line end was 0D 0A
}

// lineReader cuts a stream into lines with bounded memory, before anything is
// decoded: 0A and 0D are never part of a longer code in GB18030 or UTF-8.
type lineReader struct {
	src    io.Reader
	buf    []byte
	from   int // unread bytes are buf[from:to]
	to     int
	offset int64 // of buf[from] in the file
	number int   // of the last line
	eof    bool
}

// newLineReader starts at offset, before which number lines have been read.
func newLineReader(src io.Reader, offset int64, number int) *lineReader {
	return &lineReader{src: src, buf: make([]byte, 4*maxLine), offset: offset, number: number}
}

// next returns the next line, or io.EOF.
func (r *lineReader) next() (line, error) {
	n, err := r.find()
	if err != nil {
		return line{}, err
	}
	r.number++
	l := line{number: r.number}
	switch {
	case n >= 0:
		l.raw = r.take(n + 1)[:n]
	case r.eof && r.to-r.from <= maxLine+1:
		l.raw, l.unended = r.take(r.to-r.from), true
	default:
		return r.long(l)
	}
	l.raw, l.cr = bytes.CutSuffix(l.raw, []byte{'\r'})
	if len(l.raw) > maxLine {
		l.raw, l.tooLong = l.raw[:maxLine], true
	}
	l.end = r.offset
	return l, nil
}

// find makes sure that the buffer holds a line end, more than a line may have,
// or all that is left. n is the line's length, -1 when there is no line end.
func (r *lineReader) find() (n int, err error) {
	seen := 0
	for {
		if i := bytes.IndexByte(r.buf[r.from+seen:r.to], '\n'); i >= 0 {
			return seen + i, nil
		}
		seen = r.to - r.from
		switch {
		case r.eof && seen == 0:
			return 0, io.EOF
		case r.eof, seen > maxLine+1:
			return -1, nil
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
}

func (r *lineReader) fill() error {
	if r.from > 0 && len(r.buf)-r.to < maxLine {
		copy(r.buf, r.buf[r.from:r.to])
		r.to -= r.from
		r.from = 0
	}
	n, err := r.src.Read(r.buf[r.to:])
	r.to += n
	if errors.Is(err, io.EOF) {
		r.eof = true
		return nil
	}
	return err
}

func (r *lineReader) take(n int) []byte {
	b := r.buf[r.from : r.from+n]
	r.from += n
	r.offset += int64(n)
	return b
}

// long keeps the beginning of an overlong line and reads over the rest.
func (r *lineReader) long(l line) (line, error) {
	l.tooLong = true
	l.raw = bytes.Clone(r.take(maxLine))
	for {
		if i := bytes.IndexByte(r.buf[r.from:r.to], '\n'); i >= 0 {
			r.take(i + 1)
			break
		}
		r.take(r.to - r.from)
		if r.eof {
			l.unended = true
			break
		}
		if err := r.fill(); err != nil {
			return line{}, err
		}
	}
	l.end = r.offset
	return l, nil
}

// blank reports a line that is no row: nothing but blanks, as at the end of
// many files.
func blank(raw []byte) bool {
	for _, c := range raw {
		if c != ' ' && c != '\t' && c != '\r' && c != 0x1A {
			return false
		}
	}
	return true
}
