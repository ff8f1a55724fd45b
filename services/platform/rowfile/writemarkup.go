package rowfile

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
)

// Where a row cannot be given back as an object or an element, its bytes stand
// in a column of this name.
const asSent = "原文"

// jsonWriter writes JSON Lines, or an array.
type jsonWriter struct {
	*textOut
	names []string
	sent  string
	rows  int
	check objectReader
}

func (w *jsonWriter) begin(extra []string) error {
	w.names, w.sent = extra, freeName(asSent, w.l.Columns)
	w.check.set = newCellSet(nil, UTF8, true)
	w.mark()
	if w.l.Array {
		w.buf.WriteByte('[')
	}
	return nil
}

func (w *jsonWriter) row(raw []byte, extra []string) error {
	if w.l.Array {
		if w.rows > 0 {
			w.buf.WriteByte(',')
		}
		w.newline()
	}
	w.rows++
	text, _ := w.narrow().AppendText(nil, raw)
	w.check.set = newCellSet(nil, UTF8, true)
	_, why, _ := w.check.read(text)
	raw = bytes.TrimSpace(raw)
	switch whole := json.Valid(text) && len(raw) > 1 && (why == nil || !errors.Is(why, ErrMalformed)); {
	case !whole:
		w.text("{" + jsonText(w.sent) + ":" + jsonText(string(text)) + ",")
	case len(w.check.set.names) == 0 && bytes.Equal(bytes.Join(bytes.Fields(raw), nil), []byte("{}")):
		w.buf.WriteByte('{')
	default:
		w.buf.Write(raw[:len(raw)-1])
		w.buf.WriteByte(',')
	}
	for i, c := range extra {
		if i > 0 {
			w.buf.WriteByte(',')
		}
		w.text(jsonText(w.names[i]) + ":" + jsonText(c))
	}
	if len(extra) == 0 && bytes.HasSuffix(w.buf.Bytes(), []byte(",")) {
		w.buf.Truncate(w.buf.Len() - 1)
	}
	w.buf.WriteByte('}')
	if !w.l.Array {
		w.newline()
	}
	return w.flush(false)
}

func (w *jsonWriter) end() error {
	if w.l.Array {
		w.newline()
		w.buf.WriteByte(']')
		w.newline()
	}
	return w.flush(true)
}

func jsonText(s string) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // text always can be
	return strings.TrimSuffix(out.String(), "\n")
}

func freeName(name string, taken []string) string {
	for slices.Contains(taken, name) {
		name += "_"
	}
	return name
}

// xmlWriter writes row elements inside the elements that the file had them in.
type xmlWriter struct {
	*textOut
	names []string
	sent  string
}

func (w *xmlWriter) begin(extra []string) error {
	for _, name := range extra {
		w.names = append(w.names, elementName(name))
	}
	w.sent = freeName(asSent, w.l.Columns)
	w.mark()
	label := string(w.l.Encoding)
	if w.l.Encoding.wide() {
		label = "UTF-16"
	}
	w.text(`<?xml version="1.0" encoding="` + label + `"?>`)
	w.newline()
	w.buf.Write(w.l.Open)
	w.newline()
	return nil
}

// elementName is a name as an element may have it.
func elementName(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
			return r
		}
		return '_'
	}, name)
	if r, _ := firstRune(name); unicode.IsDigit(r) || name == "" {
		name = "_" + name
	}
	return name
}

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}

func (w *xmlWriter) row(raw []byte, extra []string) error {
	raw = bytes.TrimSpace(raw)
	body, closing, whole := w.openEnd(raw)
	if !whole {
		name := w.l.RowPath[len(w.l.RowPath)-1]
		w.text("<" + name + "><" + w.sent + ">")
		w.buf.Write(escapeBytes(raw))
		w.text("</" + w.sent + ">")
		body, closing = nil, w.narrow().AppendEncoded(nil, "</"+name+">")
	}
	w.buf.Write(body)
	for i, c := range extra {
		var text strings.Builder
		_ = xml.EscapeText(&text, []byte(oneLine(c))) // a builder takes everything
		w.text("<" + w.names[i] + ">" + text.String() + "</" + w.names[i] + ">")
	}
	w.buf.Write(closing)
	w.newline()
	return w.flush(false)
}

// openEnd cuts a row before its end tag; whole is false where it is not one
// well-formed element.
func (w *xmlWriter) openEnd(raw []byte) (body, closing []byte, whole bool) {
	x := newXMLScanner(bytes.NewReader(raw), 0)
	var stack [][]byte
	started := false
	for {
		at := x.offset
		t, err := x.next()
		switch {
		case errors.Is(err, io.EOF):
			return body, closing, started && len(stack) == 0 && len(body) > 0
		case err != nil || started && len(stack) == 0 || !started && t.kind != xmlStart:
			return nil, nil, false
		}
		switch t.kind {
		case xmlStart:
			started = true
			if t.empty && len(stack) == 0 {
				name, _, _ := bytes.Cut(bytes.TrimRight(t.raw[1:len(t.raw)-2], " \t\r\n"), []byte(" "))
				body = append(append(body, bytes.TrimRight(t.raw[:len(t.raw)-2], " \t\r\n")...), '>')
				closing = append(append([]byte("</"), bytes.TrimSpace(bytes.Fields(name)[0])...), '>')
			} else if !t.empty {
				stack = append(stack, bytes.Clone(t.name))
			}
		case xmlEnd:
			if !bytes.Equal(stack[len(stack)-1], t.name) {
				return nil, nil, false
			}
			if stack = stack[:len(stack)-1]; len(stack) == 0 {
				body, closing = raw[:at], bytes.Clone(t.raw)
			}
		}
	}
}

// escapeBytes makes bytes text of XML, whatever they are in.
func escapeBytes(raw []byte) []byte {
	var out []byte
	for _, c := range raw {
		switch {
		case c == '<':
			out = append(out, "&lt;"...)
		case c == '>':
			out = append(out, "&gt;"...)
		case c == '&':
			out = append(out, "&amp;"...)
		case c < ' ' && c != '\t' && c != '\n' && c != '\r':
			out = append(out, ' ')
		default:
			out = append(out, c)
		}
	}
	return out
}

func (w *xmlWriter) end() error {
	for _, name := range slices.Backward(w.l.RowPath[:len(w.l.RowPath)-1]) {
		w.text("</" + w.prefixed(name) + ">")
	}
	w.newline()
	return w.flush(true)
}

// prefixed is a name with the prefix that its start tag has.
func (w *xmlWriter) prefixed(name string) string {
	x := newXMLScanner(bytes.NewReader(w.l.Open), 0)
	for {
		t, err := x.next()
		if err != nil {
			return name
		}
		text, _ := w.narrow().AppendText(nil, t.name)
		if t.kind == xmlStart && string(text) == name {
			full, _, _ := bytes.Cut(t.raw[1:len(t.raw)-1], []byte(" "))
			prefix, _, found := bytes.Cut(full, []byte(":"))
			if found && len(prefix) > 0 {
				return string(prefix) + ":" + name
			}
			return name
		}
	}
}
