package rowfile

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"xinju.dev/services/platform/fault"
)

// xmlLabel is the encoding that an XML file claims.
func xmlLabel(head []byte) string {
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte(markOf(UTF8))), " \t\r\n")
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	head, _, _ = bytes.Cut(head[:min(len(head), 200)], []byte("?>"))
	for rest := head[5:]; ; {
		name, value, after, ok := xmlAttribute(rest)
		if !ok {
			return ""
		}
		if string(name) == "encoding" {
			return strings.ToValidUTF8(string(value[:min(len(value), 40)]), "")
		}
		rest = after
	}
}

// xmlLayout finds the rows of an XML file, and their columns over all of it.
func xmlLayout(src io.ReaderAt, size int64, l Layout, h Hints) (Layout, error) {
	f := xmlFinder{paths: map[string]*xmlPath{}, hint: h.RowElement}
	if err := f.look(newXMLScanner(textFrom(src, size, l, 0), 0), l.CellEncoding()); err != nil {
		return l, err
	}
	best := f.best()
	if best == nil {
		return l, ErrRowsUnknown
	}
	l.RowPath, l.Start, l.Open = best.names, Position{Offset: best.from}, best.open
	l.Extent++ // the end itself, which a torn file does not have
	rows := newXMLRows(src, size, l, l.Start)
	rows.stack = append(rows.stack[:0], rows.path[:len(rows.path)-1]...)
	rows.set.grow = true
	names, err := allColumns(rows, rows.set)
	l.Columns = names
	return l, err
}

// allColumns reads all rows and returns their names: a column that begins late
// in the file is one all the same.
func allColumns(rows source, set *cellSet) ([]string, error) {
	good := 0
	for {
		rec := Record{Column: -1}
		err := rows.next(&rec)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if rec.Fault == nil {
			good++
			continue
		}
		for _, whole := range []*fault.Error{ErrFileHostile, ErrColumnsMany} {
			if errors.Is(rec.Fault, whole) {
				return nil, rec.Fault
			}
		}
	}
	if good == 0 && len(set.names) == 0 {
		return nil, ErrFileEmpty
	}
	return set.names, nil
}

// xmlPath is a place in the tree where elements were seen.
type xmlPath struct {
	names      []string
	count      int
	inside     bool // elements or attributes: a row has columns
	children   int  // different ones
	attributed bool
	from       int64 // of the first one's start tag
	open       []byte
}

// xmlFinder looks for the element that is a row: the one given, or the
// shallowest that repeats and has something inside.
type xmlFinder struct {
	hint  string
	paths map[string]*xmlPath
	order []*xmlPath
}

const (
	finderElements = 20_000 // enough to see what repeats
	finderPaths    = 2000
	maxOpen        = 4 << 10
)

func (f *xmlFinder) look(x *xmlScanner, enc Encoding) error {
	var stack []*xmlPath
	open := []byte(nil)
	opens := []int{}
	for n := 0; n < finderElements || f.hint != "" && f.best() == nil; {
		t, err := x.next()
		if err != nil {
			return finderError(err)
		}
		switch t.kind {
		case xmlEnd:
			if len(stack) == 0 {
				return nil
			}
			stack, open = stack[:len(stack)-1], open[:opens[len(opens)-1]]
			opens = opens[:len(opens)-1]
		case xmlStart:
			n++
			p := f.seen(stack, t, enc, open)
			if p == nil {
				return ErrRowsUnknown
			}
			if t.empty {
				continue
			}
			if len(stack) >= maxNesting {
				return ErrFileHostile.With("limit", "nesting")
			}
			stack, opens = append(stack, p), append(opens, len(open))
			if len(open)+len(t.raw) <= maxOpen {
				open = append(open, t.raw...)
			} else {
				open = append(append(append(open, '<'), t.name...), '>')
			}
		}
	}
	return nil
}

// finderError: what comes behind a tear is the reader's to tell.
func finderError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errTag) {
		return nil
	}
	return readFault(err)
}

func (f *xmlFinder) seen(stack []*xmlPath, t *xmlToken, enc Encoding, open []byte) *xmlPath {
	text, _ := enc.AppendText(nil, t.name)
	var names []string
	if len(stack) > 0 {
		parent := stack[len(stack)-1]
		parent.inside = true
		names = append(slices.Clone(parent.names), string(text))
	} else {
		names = []string{string(text)}
	}
	key := strings.Join(names, "/")
	p := f.paths[key]
	if p == nil {
		if len(f.paths) >= finderPaths || len(key) > 4*maxName {
			return nil
		}
		p = &xmlPath{names: names, from: t.from, open: bytes.Clone(open)}
		f.paths[key] = p
		f.order = append(f.order, p)
		if len(stack) > 0 {
			stack[len(stack)-1].children++
		}
	}
	p.count++
	p.attributed = p.attributed || len(bytes.TrimSpace(t.attrs)) > 0
	p.inside = p.inside || p.attributed
	return p
}

func (f *xmlFinder) best() *xmlPath {
	var rows []*xmlPath
	for _, p := range f.order {
		name := p.names[len(p.names)-1]
		if f.hint == name || f.hint == "" && len(p.names) > 1 && p.inside {
			rows = append(rows, p)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if f.hint != "" {
		return rows[0]
	}
	repeated := slices.DeleteFunc(slices.Clone(rows), func(p *xmlPath) bool { return p.count < 2 })
	if len(repeated) > 0 {
		return slices.MinFunc(repeated, func(a, b *xmlPath) int {
			return cmp.Or(cmp.Compare(len(a.names), len(b.names)), cmp.Compare(b.count, a.count))
		})
	}
	// Nothing repeats: one row, if there is one place only where it can be.
	if in := insideOnly(rows); in != nil {
		return in
	}
	depth := slices.MinFunc(rows, func(a, b *xmlPath) int { return cmp.Compare(len(a.names), len(b.names)) })
	alone := slices.DeleteFunc(rows, func(p *xmlPath) bool { return len(p.names) != len(depth.names) })
	if len(alone) != 1 {
		return nil
	}
	return alone[0]
}

// insideOnly finds the row in <root><rows><row>…: a place with one place inside
// and nothing else is what rows stand in. f.order has parents before children.
func insideOnly(rows []*xmlPath) *xmlPath {
	p := rows[0]
	for p.children == 1 && !p.attributed {
		i := slices.IndexFunc(rows, func(in *xmlPath) bool {
			return len(in.names) == len(p.names)+1 && slices.Equal(in.names[:len(p.names)], p.names)
		})
		if i < 0 {
			break
		}
		p = rows[i]
	}
	for _, other := range rows {
		if len(other.names) <= len(p.names) && other != p && !slices.Equal(other.names, p.names[:len(other.names)]) {
			return nil
		}
	}
	return p
}
