package intake

import (
	"bytes"
)

// magics are the first bytes of files that people send by mistake.
var magics = []struct{ prefix, kind string }{
	{"PK\x03\x04", "ZIP"},
	{"PK\x05\x06", "ZIP"},
	{"%PDF-", "PDF"},
	{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "XLS"},
	{"\x1F\x8B", "GZIP"},
	{"7z\xBC\xAF\x27\x1C", "7Z"},
	{"Rar!", "RAR"},
	{"BZh", "BZIP2"},
	{"\xFD7zXZ", "XZ"},
	{"\x28\xB5\x2F\xFD", "ZSTD"},
	{"\x89PNG", "PNG"},
	{"\xFF\xD8\xFF", "JPEG"},
	{"GIF8", "GIF"},
	{"BM\x00", "BMP"},
	{"SQLite format 3\x00", "SQLITE"},
	{"\x7FELF", "PROGRAM"},
	{"MZ\x90", "PROGRAM"},
	{"{\\rtf", "RTF"},
}

// zipKinds are names inside a ZIP that tell an office document.
var zipKinds = []struct{ name, kind string }{{"xl/", "XLSX"}, {"word/", "DOCX"}, {"ppt/", "PPTX"}, {"mimetypeapplication/vnd.oasis", "ODS"}}

// sniffKind names the kind of file that begins with head when it cannot be
// separated text, "" when it may be. head is as much of the file as is at hand.
func sniffKind(head []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			if m.kind == "ZIP" {
				return zipKind(head)
			}
			return m.kind
		}
	}
	if i := bytes.IndexFunc(head, func(r rune) bool { return r > ' ' && r != '\uFEFF' }); i >= 0 {
		rest := bytes.ToLower(head[i:min(len(head), i+64)])
		for _, m := range []struct{ prefix, kind string }{
			{"<?xml", "XML"}, {"<html", "HTML"}, {"<!doctype html", "HTML"}, {"<table", "HTML"}, {"<meta", "HTML"}, {"{\"", "JSON"}, {"[{", "JSON"},
		} {
			if bytes.HasPrefix(rest, []byte(m.prefix)) {
				return m.kind
			}
		}
	}
	return ""
}

func zipKind(head []byte) string {
	for _, z := range zipKinds {
		if bytes.Contains(head, []byte(z.name)) {
			return z.kind
		}
	}
	return "ZIP"
}

// sniffUTF16 reports text of two bytes per character, by its mark or by the
// zero bytes of its ASCII.
func sniffUTF16(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF}) {
		return true
	}
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i&1]++
		}
	}
	few, many := min(zeros[0], zeros[1]), max(zeros[0], zeros[1])
	return many >= 4 && many*10 >= len(head) && few*20 <= many
}
