package rowfile

import (
	"bytes"
	"errors"
	"io"

	"xinju.dev/services/platform/fault"
)

// xmlLevel is an open element inside a row.
type xmlLevel struct {
	name   int  // length of xmlRows.name before it
	from   int  // where its text begins in the arena
	parent bool // it has elements of its own
}

const maxLevels = 8 // of elements or objects inside a row

// row reads one row element, whose start tag is t. filled is false for one
// without any value, which is no row.
func (r *xmlRows) row(rec *Record, t *xmlToken) (filled bool, err error) {
	r.x.keepFrom(t)
	r.set.reset()
	r.name, r.levels, r.text = r.name[:0], append(r.levels[:0], xmlLevel{parent: true}), r.text[:0]
	r.why, r.column = nil, -1
	r.attributes(t)
	for ended := t.empty; !ended; {
		t, err := r.x.next()
		if err != nil {
			return true, r.rowError(rec, err)
		}
		switch t.kind {
		case xmlText:
			r.piece(t)
		case xmlStart:
			r.flush()
			if bytes.Equal(t.name, r.path[len(r.path)-1]) { // the row before was never closed
				r.x.again = true
				r.fail(rec, ErrMalformed)
				rec.End.Offset = t.from
				return true, nil
			}
			if len(r.levels) > maxLevels {
				r.broken(rec, ErrShape)
				return true, nil
			}
			r.open(t)
		case xmlEnd:
			r.flush()
			var matches bool
			if ended, matches = r.closed(t.name); !matches {
				r.broken(rec, ErrMalformed)
				return true, nil
			}
		}
	}
	return r.finish(rec), nil
}

func (r *xmlRows) rowError(rec *Record, err error) error {
	if errors.Is(err, errTag) {
		r.broken(rec, ErrMalformed)
		return nil
	}
	why, known := errors.AsType[*fault.Error](err)
	switch {
	case known:
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		why = ErrTorn
	default:
		return ErrRead.Because(err)
	}
	r.done = true
	r.fail(rec, why)
	return nil
}

func (r *xmlRows) finish(rec *Record) (filled bool) {
	r.number++
	r.x.keeping = false
	rec.Number, rec.Raw, rec.End = r.number, r.x.kept, Position{r.x.offset, r.number}
	rec.Cells, rec.Fault, rec.Column = r.set.slices(), r.why, r.column
	if r.x.passed > maxLine {
		rec.Raw, rec.Fault, rec.Column = beginning(rec.Raw), ErrTooLong, -1
	}
	if rec.Fault != nil {
		return true
	}
	for _, c := range rec.Cells {
		if !blank(c) {
			return true
		}
	}
	return false
}

func (r *xmlRows) note(why *fault.Error, column int) {
	if r.why == nil && why != nil {
		r.why, r.column = why, column
	}
}

// piece takes text. It is undone from its escapes only when it is whole.
func (r *xmlRows) piece(t *xmlToken) {
	if r.x.passed > maxLine {
		return
	}
	top := &r.levels[len(r.levels)-1]
	if top.parent {
		if len(bytes.TrimSpace(t.text)) > 0 {
			r.note(ErrShape, -1)
		}
		return
	}
	if t.plain {
		r.flush()
		r.set.arena = append(r.set.arena, t.text...)
		return
	}
	r.text = append(r.text, t.text...)
}

func (r *xmlRows) flush() {
	if len(r.text) == 0 {
		return
	}
	var ok bool
	if r.set.arena, ok = appendUnescaped(r.set.arena, r.text, r.set.enc); !ok {
		r.note(ErrMalformed, -1)
	}
	r.text = r.text[:0]
}

func (r *xmlRows) open(t *xmlToken) {
	top := &r.levels[len(r.levels)-1]
	if !top.parent && len(bytes.TrimSpace(r.set.arena[top.from:])) > 0 {
		r.note(ErrShape, -1)
	}
	top.parent = true
	r.levels = append(r.levels, xmlLevel{name: len(r.name)})
	r.name = joinName(r.name, t.name)
	r.attributes(t)
	r.levels[len(r.levels)-1].from = len(r.set.arena)
	if t.empty {
		_, _ = r.closed(t.name)
	}
}

// closed ends the innermost element; ended says that it was the row.
func (r *xmlRows) closed(name []byte) (ended, matches bool) {
	level := r.levels[len(r.levels)-1]
	if len(r.levels) == 1 {
		return true, bytes.Equal(name, r.path[len(r.path)-1])
	}
	own := r.name[level.name:]
	if level.name > 0 {
		own = own[1:] // the dot
	}
	if !bytes.Equal(own, name) {
		return false, false
	}
	if !level.parent && r.x.passed <= maxLine {
		from := level.from
		for len(r.set.arena) > from && xmlSpace(r.set.arena[len(r.set.arena)-1]) {
			r.set.arena = r.set.arena[:len(r.set.arena)-1]
		}
		for from < len(r.set.arena) && xmlSpace(r.set.arena[from]) {
			from++
		}
		column, why := r.set.put(r.name, from)
		r.note(why, column)
	}
	r.name = r.name[:level.name]
	r.levels = r.levels[:len(r.levels)-1]
	return false, true
}

// attributes are columns as well: their names stand behind that of their element.
func (r *xmlRows) attributes(t *xmlToken) {
	rest := t.attrs
	for len(rest) > 0 {
		name, value, after, ok := xmlAttribute(rest)
		if !ok {
			if len(after) > 0 {
				r.note(ErrMalformed, -1)
			}
			return
		}
		rest = after
		if bytes.HasPrefix(name, []byte("xmlns")) || bytes.HasPrefix(name, []byte("xsi:")) || bytes.HasPrefix(name, []byte("xml:")) {
			continue
		}
		from := len(r.set.arena)
		var whole bool
		if r.set.arena, whole = appendUnescaped(r.set.arena, value, r.set.enc); !whole {
			r.note(ErrMalformed, -1)
		}
		length := len(r.name)
		r.name = joinName(r.name, localName(name))
		column, why := r.set.put(r.name, from)
		r.note(why, column)
		r.name = r.name[:length]
	}
}

func xmlSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func joinName(dst, name []byte) []byte {
	if len(dst) > 0 {
		dst = append(dst, '.')
	}
	return append(dst, name...)
}
