package rowfile

import (
	"errors"
	"io"
)

const headBytes = 8 << 10

// Probe looks at a file while it streams by, in parts of any size. What it keeps
// is bounded.
type Probe struct {
	hints  Hints
	head   []byte
	ready  bool // enough of the head was seen to know how wide characters are
	kind   string
	wide   Encoding // UTF-16, as far as the head tells
	mark   bool
	is32   bool
	odd    []byte // bytes that wait for the rest of their character
	narrow []byte
	votes  voter
	size   int64
}

// NewProbe begins to look at a file. It fails with FEED_HINT_INVALID.
func NewProbe(h Hints) (*Probe, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	return &Probe{hints: h}, nil
}

// Write sees the next bytes. It fails with FEED_FILE_UNREADABLE as soon as the
// file cannot be one that is read: a video need not arrive in full.
func (p *Probe) Write(b []byte) (int, error) {
	n := len(b)
	p.size += int64(n)
	if p.ready {
		p.feed(b)
		return n, nil
	}
	room := min(headBytes-len(p.head), n)
	p.head = append(p.head, b[:room]...)
	if len(p.head) < headBytes {
		return n, nil
	}
	if err := RefuseEarly(p.head); err != nil {
		return 0, err
	}
	p.begin()
	p.feed(b[room:])
	return n, nil
}

// begin decides by the head how the rest is looked at.
func (p *Probe) begin() {
	p.ready = true
	if p.kind = sniffKind(p.head); p.kind != "" {
		return
	}
	p.wide, p.mark, p.is32 = sniffWide(p.head)
	if p.hints.Encoding.wide() && !p.is32 {
		p.wide = p.hints.Encoding
	}
	p.feed(p.head)
}

func (p *Probe) feed(b []byte) {
	switch {
	case p.kind != "" || p.is32:
	case p.wide == "":
		_, _ = p.votes.Write(b)
	default:
		p.odd = append(p.odd, b...)
		whole := len(p.odd) &^ 1
		if whole >= 2 && unit(p.odd[whole-2:], p.wide == UTF16BE)&0xFC00 == 0xD800 {
			whole -= 2 // the other half of the character is still to come
		}
		p.narrow, _ = appendUTF16(p.narrow[:0], p.odd[:whole], p.wide == UTF16BE)
		p.odd = append(p.odd[:0], p.odd[whole:]...)
		_, _ = p.votes.Write(p.narrow)
	}
}

// Layout says how the file is written, after its last byte. src is the same
// file. It fails with the FEED_… reason for which the file as a whole is refused.
func (p *Probe) Layout(src io.ReaderAt, size int64, opts ...Option) (Layout, error) {
	if !p.ready {
		p.begin()
	}
	o := newOptions(opts)
	switch {
	case size == 0 || p.size == 0:
		return Layout{}, ErrFileEmpty
	case p.size != size:
		return Layout{}, ErrRead.Because(errors.New("the file is not the one that was looked at"))
	case p.kind == "ZIP":
		return p.workbook(src, size, o)
	case p.kind == "XLS":
		if kind := oleKind(src); kind != "LOCKED" {
			return Layout{}, ErrFileUnreadable.With("kind", kind)
		}
		return Layout{}, ErrFileLocked
	case p.kind != "":
		return Layout{}, ErrFileUnreadable.With("kind", p.kind)
	case p.is32:
		return Layout{}, ErrEncodingUnknown.With("detected", "UTF-32")
	case p.hints.Format == XLSX:
		return Layout{}, ErrHint.With("hint", "format").With("detected", "TEXT")
	}
	if len(p.odd) > 0 {
		p.narrow, _ = appendUTF16(p.narrow[:0], p.odd, p.wide == UTF16BE)
		_, _ = p.votes.Write(p.narrow)
	}
	p.votes.finish()
	l, err := p.text(src, size)
	if err != nil {
		return Layout{}, err
	}
	return l, sample(src, size, &l, o)
}

func (p *Probe) workbook(src io.ReaderAt, size int64, o options) (Layout, error) {
	if p.hints.Format != "" && p.hints.Format != XLSX {
		return Layout{}, ErrHint.With("hint", "format").With("detected", "ZIP")
	}
	l, err := sheetLayout(src, size, p.hints, o)
	if err != nil {
		return Layout{}, err
	}
	return l, sample(src, size, &l, o)
}

// Detect is Probe over a whole file that is at hand.
func Detect(src io.ReaderAt, size int64, h Hints, opts ...Option) (Layout, error) {
	p, err := NewProbe(h)
	if err != nil {
		return Layout{}, err
	}
	buf := make([]byte, 64<<10)
	r := io.NewSectionReader(src, 0, size)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if _, err := p.Write(buf[:n]); err != nil {
				return Layout{}, err
			}
			if p.ready && p.kind != "" {
				p.size = size // its bytes say nothing more here
				break
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Layout{}, ErrRead.Because(err)
		}
	}
	return p.Layout(src, size, opts...)
}

// Option says how a file is read, beyond how it is written.
type Option func(*options)

type options struct {
	tempDir   string
	maxSpill  int64
	maxSheet  int64
	unsampled bool
}

func newOptions(opts []Option) options {
	o := options{maxSpill: 1 << 30, maxSheet: 4 << 30}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// TempDir is where the texts of a large workbook are kept while it is read; the
// default is the system's. They are personal data: the file has no name there on
// systems that allow it, and is gone when the Reader is closed.
func TempDir(dir string) Option { return func(o *options) { o.tempDir = dir } }

// Limits changes what a workbook may unpack to: the sheet, and the texts that it
// shares, in bytes. The defaults are 4 GiB and 1 GiB.
func Limits(sheet, texts int64) Option {
	return func(o *options) { o.maxSheet, o.maxSpill = sheet, texts }
}
