package rowfile

import (
	"bytes"
	"errors"
	"io"
)

// text finds the layout of a file that is no workbook.
func (p *Probe) text(src io.ReaderAt, size int64) (Layout, error) {
	if p.votes.zeros*100 > p.votes.size {
		return Layout{}, ErrFileUnreadable.With("kind", "BINARY")
	}
	l := Layout{Encoding: p.wide, Confidence: 1, BOM: p.mark, DateSystem: p.hints.DateSystem, Extent: size}
	if l.DateSystem == "" {
		l.DateSystem = Excel1900
	}
	if p.wide != "" {
		l.Extent = p.votes.size
		if p.votes.neither > 0 {
			l.Confidence = 1 - float64(p.votes.neither)/float64(max(p.votes.utf8+p.votes.neither, 1))
		}
		if p.hints.Encoding != "" && p.hints.Encoding != p.wide {
			return l, ErrEncodingUnknown.With("given", string(p.hints.Encoding)).With("detected", string(p.wide))
		}
	} else if err := p.byteEncoding(&l); err != nil {
		return l, err
	}
	format, err := p.format(src, size, l)
	if err != nil {
		return l, err
	}
	l.Format = format
	switch format {
	case XML:
		return xmlLayout(src, size, l, p.hints)
	case JSONL:
		return jsonLayout(src, size, l, p.hints)
	}
	if p.votes.filled == 0 {
		return l, ErrFileEmpty
	}
	if p.votes.lfs == 0 && p.votes.crs > 0 && p.votes.filled > 0 {
		return l, ErrFileUnreadable.With("kind", "CR_LINE_ENDS")
	}
	return lineLayout(src, size, l, p.hints)
}

func (p *Probe) byteEncoding(l *Layout) (err error) {
	gbMark := bytes.HasPrefix(p.head, []byte(markOf(GB18030)))
	l.BOM = bytes.HasPrefix(p.head, []byte(markOf(UTF8))) || gbMark
	label := Encoding("")
	if l.Label = xmlLabel(p.head); l.Label != "" {
		label, _ = ParseEncoding(l.Label)
	}
	l.Encoding, l.Confidence, l.Mixed, err = p.votes.decide(p.hints.Encoding, label, l.BOM && !gbMark)
	return err
}

// format decides by the first characters, unless it was given.
func (p *Probe) format(src io.ReaderAt, size int64, l Layout) (Format, error) {
	head := make([]byte, headBytes)
	n, err := io.ReadFull(textFrom(src, size, l, 0), head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return "", ErrRead.Because(err)
	}
	kind := sniffMarkup(head[:n])
	switch given := p.hints.Format; {
	case kind == "HTML" || kind == "MHTML" || kind == "SYLK" || kind == "SPREADSHEETML":
		return "", ErrFileUnreadable.With("kind", kind)
	case given != "":
		return given, nil
	case kind == "XML" || p.hints.RowElement != "":
		return XML, nil
	case kind == "JSON":
		return JSONL, nil
	}
	return CSV, nil
}

// textFrom is the file's text from an offset on, with ASCII as ASCII.
func textFrom(src io.ReaderAt, size int64, l Layout, offset int64) io.Reader {
	if !l.Encoding.wide() {
		return io.NewSectionReader(src, offset, max(size-offset, 0))
	}
	r := &narrowReader{src: io.NewSectionReader(src, 0, size), big: l.Encoding == UTF16BE}
	if offset > 0 {
		// An offset counts bytes of UTF-8, so that it is found by reading up to it.
		if n, err := io.CopyN(io.Discard, r, offset); err != nil && n < offset {
			return bytes.NewReader(nil)
		}
	}
	return r
}

// lineLayout reads the header of separated values or of fixed width.
func lineLayout(src io.ReaderAt, size int64, l Layout, h Hints) (Layout, error) {
	l.NoQuotes, l.Fixed = h.NoQuotes, h.Columns
	lines := newLineReader(textFrom(src, size, l, 0), 0, 0)
	bare := l.Format == Fixed && h.HeaderRow == 0 || h.NoHeader
	for {
		before := Position{lines.offset, lines.number}
		ln, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return l, ErrFileEmpty
		case err != nil:
			return l, ErrRead.Because(err)
		}
		raw := cutMark(ln.raw, ln.number == 1, UTF8)
		if raw = cutMark(raw, ln.number == 1 && l.Encoding == GB18030, GB18030); h.HeaderRow > ln.number || h.HeaderRow == 0 && blank(raw) {
			continue
		}
		if ln.tooLong {
			return l, ErrColumnsUnknown.With("detail", "the first line is longer than 64 KiB")
		}
		l.CRLF = ln.cr
		if bare {
			l.Start = before
			return l, headless(&l, raw, h)
		}
		l.Header, l.Start = bytes.Clone(raw), Position{ln.end, ln.number}
		if err := readHeader(&l, h); err != nil {
			return l, err
		}
		return l, somethingFollows(lines)
	}
}

// cutMark takes the byte order mark from the beginning of a line.
func cutMark(raw []byte, first bool, e Encoding) []byte {
	if first {
		return bytes.TrimPrefix(raw, []byte(markOf(e)))
	}
	return raw
}

func somethingFollows(lines *lineReader) error {
	for {
		ln, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return ErrFileEmpty
		case err != nil:
			return ErrRead.Because(err)
		case !blank(ln.raw):
			return nil
		}
	}
}

func readHeader(l *Layout, h Hints) error {
	if bytes.IndexByte(l.Header, '\r') >= 0 {
		return ErrFileUnreadable.With("kind", "CR_LINE_ENDS")
	}
	if l.Format == Fixed {
		l.Columns = fixedNames(h)
		return nil
	}
	if l.Delimiter = sniffDelimiter(l.Header, l.Encoding); h.Delimiter != "" {
		l.Delimiter = h.Delimiter[0]
	}
	s := newSplitter(*l)
	fields, _ := s.split(l.Header)
	if len(fields) > maxColumns {
		return ErrColumnsMany
	}
	for _, f := range fields {
		text, _ := l.CellEncoding().AppendText(nil, f)
		l.Columns = append(l.Columns, shown(Uncover(string(text))))
	}
	return nil
}

// headless names the columns of a file whose first line is a row already.
func headless(l *Layout, first []byte, h Hints) error {
	if l.Format == Fixed {
		l.Columns = fixedNames(h)
		return nil
	}
	if l.Delimiter = sniffDelimiter(first, l.Encoding); h.Delimiter != "" {
		l.Delimiter = h.Delimiter[0]
	}
	s := newSplitter(*l)
	fields, _ := s.split(first)
	if len(fields) > maxColumns {
		return ErrColumnsMany
	}
	l.Columns = numbered(len(fields))
	return nil
}

func fixedNames(h Hints) []string {
	names := make([]string, len(h.Columns))
	for i, c := range h.Columns {
		names[i] = c.Name
	}
	return names
}
