package rowfile

import (
	"bytes"
	"errors"
	"io"
)

// xmlScanner cuts XML into tags and pieces of text with bounded memory, before
// anything is decoded: no byte that XML gives a meaning is part of a longer code
// in UTF-8 or GB 18030. It knows no documents type: no entity is ever declared,
// and the bytes of every element can be given back as they were sent.
type xmlScanner struct {
	src     io.Reader
	buf     []byte
	from    int
	to      int
	offset  int64 // of buf[from]
	eof     bool
	inCDATA bool
	again   bool // the last token is given once more
	tok     xmlToken

	keeping bool   // what is consumed is kept
	kept    []byte // … up to maxLine bytes
	passed  int64  // bytes consumed since keeping began
}

type xmlKind uint8

const (
	xmlStart xmlKind = iota + 1
	xmlEnd
	xmlText
)

// xmlToken is valid until the next call.
type xmlToken struct {
	kind  xmlKind
	name  []byte // without its prefix
	attrs []byte
	empty bool   // <name/>
	raw   []byte // the whole tag
	text  []byte // a piece; the next token may be the next piece
	plain bool   // CDATA: no escapes
	from  int64
}

var (
	errDocumentType = ErrFileHostile.With("limit", "DOCTYPE")
	errTag          = errors.New("rowfile: not a tag")
)

const xmlBuffer = 2 * maxLine

func newXMLScanner(src io.Reader, offset int64) *xmlScanner {
	return &xmlScanner{src: src, buf: make([]byte, xmlBuffer), offset: offset}
}

// keepFrom keeps everything from a tag on that was just given.
func (x *xmlScanner) keepFrom(t *xmlToken) {
	x.keeping, x.passed = true, int64(len(t.raw))
	x.kept = append(x.kept[:0], t.raw...)
}

// next returns the next tag or piece of text. It fails with io.EOF,
// io.ErrUnexpectedEOF inside a tag, errTag where a tag is malformed or longer
// than a row may be (it is passed over up to its "<"), or FEED_FILE_HOSTILE.
func (x *xmlScanner) next() (*xmlToken, error) {
	if x.again {
		x.again = false
		return &x.tok, nil
	}
	for {
		if err := x.need(1); err != nil {
			return nil, err
		}
		x.tok = xmlToken{from: x.offset}
		switch {
		case x.inCDATA:
			if piece, err := x.cdata(); err != nil || piece {
				return &x.tok, err
			}
		case x.buf[x.from] != '<':
			x.tok.kind = xmlText
			n := bytes.IndexByte(x.buf[x.from:x.to], '<')
			if n < 0 {
				n = x.to - x.from
			}
			x.tok.text = x.advance(n)
			return &x.tok, nil
		default:
			if found, err := x.markup(); err != nil || found {
				return &x.tok, err
			}
		}
	}
}

// markup reads what begins with "<"; found is false for comments and instructions.
func (x *xmlScanner) markup() (found bool, err error) {
	if err := x.need(2); err != nil {
		return false, torn(err)
	}
	switch x.buf[x.from+1] {
	case '?':
		return false, x.skipPast("?>")
	case '!':
		if err := x.need(9); err != nil && !errors.Is(err, io.EOF) {
			return false, err
		}
		rest := x.buf[x.from:x.to]
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			x.advance(4)
			return false, x.skipPast("-->")
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			x.advance(9)
			x.inCDATA = true
			return false, nil
		case len(rest) < 9:
			return false, io.ErrUnexpectedEOF
		}
		return false, errDocumentType
	}
	n, err := x.tagEnd()
	if err != nil {
		return false, err
	}
	return true, x.tag(x.advance(n + 1))
}

// tagEnd finds the ">" of the tag at the beginning of the buffer.
func (x *xmlScanner) tagEnd() (int, error) {
	quote := byte(0)
	for i := 1; ; {
		if err := x.need(i + 1); err != nil {
			return 0, torn(err)
		}
		for _, c := range x.buf[x.from+i : x.to] {
			switch {
			case i >= maxLine, c == '<' && quote == 0:
				x.advance(1)
				return 0, errTag
			case quote != 0:
				if c == quote {
					quote = 0
				}
			case c == '"' || c == '\'':
				quote = c
			case c == '>':
				return i, nil
			}
			i++
		}
	}
}

func (x *xmlScanner) tag(raw []byte) error {
	body := raw[1 : len(raw)-1]
	x.tok.raw = raw
	if body, end := bytes.CutPrefix(body, []byte("/")); end {
		x.tok.kind, x.tok.name = xmlEnd, localName(trimSpace(body))
		return nameError(x.tok.name)
	}
	body, x.tok.empty = bytes.CutSuffix(body, []byte("/"))
	n := 0
	for n < len(body) && body[n] > ' ' {
		n++
	}
	x.tok.kind, x.tok.name, x.tok.attrs = xmlStart, localName(body[:n]), body[n:]
	return nameError(x.tok.name)
}

func nameError(name []byte) error {
	if len(name) == 0 || name[0] >= '0' && name[0] <= '9' {
		return errTag
	}
	for _, c := range name {
		if c <= ' ' || c == '"' || c == '\'' || c == '=' || c == '/' || c == '&' {
			return errTag
		}
	}
	return nil
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] <= ' ' {
		b = b[:len(b)-1]
	}
	for len(b) > 0 && b[0] <= ' ' {
		b = b[1:]
	}
	return b
}

func localName(name []byte) []byte {
	return name[bytes.LastIndexByte(name, ':')+1:]
}

// cdata reads a piece of the section; piece is false at its end.
func (x *xmlScanner) cdata() (piece bool, err error) {
	n := bytes.Index(x.buf[x.from:x.to], []byte("]]>"))
	if n == 0 {
		x.advance(3)
		x.inCDATA = false
		return false, nil
	}
	if n < 0 {
		if n = x.to - x.from - 2; n <= 0 { // "]]" may be the beginning of the end
			if err := x.need(x.to - x.from + 1); err != nil {
				return false, torn(err)
			}
			return false, nil
		}
	}
	x.tok.kind, x.tok.plain, x.tok.text = xmlText, true, x.advance(n)
	return true, nil
}

// skipPast reads over everything up to and including end.
func (x *xmlScanner) skipPast(end string) error {
	for {
		if n := bytes.Index(x.buf[x.from:x.to], []byte(end)); n >= 0 {
			x.advance(n + len(end))
			return nil
		}
		x.advance(max(x.to-x.from-len(end)+1, 0))
		if err := x.need(x.to - x.from + 1); err != nil {
			return torn(err)
		}
	}
}

// seek reads over everything up to the next start tag of an element. It is how
// rows behind a broken one are found again.
func (x *xmlScanner) seek(name []byte) error {
	x.inCDATA, x.again = false, false
	for {
		rest := x.buf[x.from:x.to]
		n := bytes.Index(rest, name)
		switch {
		case n >= 0 && n+len(name) < len(rest):
			after := rest[n+len(name)]
			before := bytes.LastIndexByte(rest[:n], '<')
			if before >= 0 && !bytes.ContainsAny(rest[before:n], " />!?\"") && bytes.IndexByte([]byte(" \t\r\n/>"), after) >= 0 {
				x.advance(before)
				return nil
			}
			x.advance(n + 1)
			continue
		case n < 0:
			// Keep what may be the beginning of the tag, prefix included.
			x.advance(max(len(rest)-len(name)-64, 0))
		}
		if err := x.need(x.to - x.from + 1); err != nil {
			return err
		}
	}
}

// need makes sure that n bytes are at hand.
func (x *xmlScanner) need(n int) error {
	for x.to-x.from < n {
		if x.eof {
			return io.EOF
		}
		if n > len(x.buf) {
			return errTag
		}
		if x.from > 0 && len(x.buf)-x.from < max(n, maxLine) {
			copy(x.buf, x.buf[x.from:x.to])
			x.to -= x.from
			x.from = 0
		}
		got, err := x.src.Read(x.buf[x.to:])
		x.to += got
		if errors.Is(err, io.EOF) {
			x.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (x *xmlScanner) advance(n int) []byte {
	b := x.buf[x.from : x.from+n]
	x.from += n
	x.offset += int64(n)
	if x.keeping {
		x.passed += int64(n)
		if room := maxLine - len(x.kept); room > 0 {
			x.kept = append(x.kept, b[:min(n, room)]...)
		}
	}
	return b
}

func torn(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
