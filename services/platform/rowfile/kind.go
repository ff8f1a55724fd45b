package rowfile

import (
	"bytes"
	"encoding/binary"
	"io"
)

// magics are the first bytes of files that people send by mistake.
var magics = []struct{ prefix, kind string }{
	{"PK\x03\x04", "ZIP"},
	{"PK\x05\x06", "ZIP"},
	{"PK\x07\x08", "ZIP"},
	{"%PDF-", "PDF"},
	{oleMagic, "XLS"},
	{"\x09\x08\x10\x00\x00\x06", "XLS"},
	{"\x09\x04\x06\x00", "XLS"},
	{"\x1F\x8B", "GZIP"},
	{"7z\xBC\xAF\x27\x1C", "7Z"},
	{"Rar!", "RAR"},
	{"BZh", "BZIP2"},
	{"\xFD7zXZ", "XZ"},
	{"\x28\xB5\x2F\xFD", "ZSTD"},
	{"\x89PNG", "PNG"},
	{"\xFF\xD8\xFF", "JPEG"},
	{"GIF8", "GIF"},
	{"II*\x00", "TIFF"},
	{"MM\x00*", "TIFF"},
	{"BM\x00", "BMP"},
	{"SQLite format 3\x00", "SQLITE"},
	{"\x7FELF", "PROGRAM"},
	{"MZ\x90", "PROGRAM"},
	{"{\\rtf", "RTF"},
	{"PAR1", "PARQUET"},
	{"\x03\x18", "DBF"},
}

const oleMagic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

// sniffKind names the kind of file that begins with head when it is no text,
// "" when it may be text. ZIP may be a workbook.
func sniffKind(head []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return m.kind
		}
	}
	return ""
}

// sniffMarkup tells HTML, XML and JSON by the first characters of text.
func sniffMarkup(head []byte) string {
	rest := bytes.ToLower(unmarked(head)[:min(len(unmarked(head)), 2048)])
	if len(rest) == 0 {
		return ""
	}
	for _, m := range []struct{ prefix, kind string }{
		{"<!doctype html", "HTML"}, {"<html", "HTML"}, {"<table", "HTML"}, {"<meta", "HTML"}, {"<head", "HTML"}, {"<body", "HTML"}, {"<style", "HTML"}, {"<div", "HTML"},
	} {
		if bytes.HasPrefix(rest, []byte(m.prefix)) {
			return m.kind
		}
	}
	switch {
	case bytes.HasPrefix(rest, []byte("<?xml")) && bytes.Contains(rest, []byte("<html")):
		return "HTML"
	case bytes.Contains(rest, []byte("urn:schemas-microsoft-com:office:spreadsheet")):
		return "SPREADSHEETML" // what many systems export under the name .xls
	case bytes.HasPrefix(rest, []byte("mime-version:")):
		return "MHTML"
	case bytes.HasPrefix(rest, []byte("id;p")):
		return "SYLK"
	case rest[0] == '<' && len(rest) > 1 && (rest[1] == '?' || rest[1] == '!' || rest[1] == '_' || rest[1] >= 'a' && rest[1] <= 'z' || rest[1] >= 0x80):
		return "XML"
	case rest[0] == '{' || rest[0] == '[' && afterBracket(rest[1:]):
		return "JSON"
	}
	return ""
}

// unmarked is text without its byte order mark and the blanks at its beginning.
func unmarked(head []byte) []byte {
	head = cutMark(cutMark(head, true, UTF8), true, GB18030)
	return bytes.TrimLeft(head, " \t\r\n")
}

// afterBracket reports that an array of objects, or of nothing, has begun.
func afterBracket(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && (rest[0] == '{' || rest[0] == ']')
}

// oleKind looks into the folder of an OLE file: old workbooks and documents, and
// new ones with a password, all begin alike.
func oleKind(src io.ReaderAt) string {
	var head [512]byte
	if _, err := src.ReadAt(head[:], 0); err != nil {
		return "XLS"
	}
	shift := binary.LittleEndian.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return "XLS"
	}
	// The first sector of the folder holds the streams that tell the kinds apart.
	first := int64(binary.LittleEndian.Uint32(head[48:])) + 1
	folder := make([]byte, 1<<shift)
	n, _ := src.ReadAt(folder, first<<shift)
	for _, k := range []struct{ name, kind string }{{"EncryptedPackage", "LOCKED"}, {"EncryptionInfo", "LOCKED"}, {"WordDocument", "DOC"}, {"PowerPoint Document", "PPT"}} {
		if bytes.Contains(folder[:n], UTF16LE.AppendEncoded(nil, k.name)) {
			return k.kind
		}
	}
	return "XLS"
}

// RefuseEarly reports a file that need not arrive in full to be told from one
// with rows: head is its first 8 KiB or more. It fails with FEED_FILE_UNREADABLE.
func RefuseEarly(head []byte) error {
	kind := sniffKind(head)
	if kind == "" || kind == "ZIP" || kind == "XLS" {
		return nil // only the whole file tells more
	}
	return ErrFileUnreadable.With("kind", kind)
}
