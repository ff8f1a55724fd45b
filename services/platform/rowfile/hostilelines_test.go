package rowfile

import (
	"strings"
)

const head = "编号,姓名,日期\n"

func hostileLines() []hostile {
	gbHead := string(inGB(head + strings.Repeat("1,王小明,20250301\n", 3)))
	three := []string{"", "", ""}
	wide := func(s string) string { return string(UTF16LE.AppendEncoded([]byte(markOf(UTF16LE)), s)) }
	fixed := Hints{Format: Fixed, Columns: []FixedColumn{{"编号", 0, 4}, {"姓名", 4, 8}, {"住址", 12, 12}}}
	return []hostile{
		of("nothing", "").refused("FEED_FILE_EMPTY"),
		of("a mark alone", markOf(UTF8)).refused("FEED_FILE_EMPTY"),
		of("blanks alone", " \r\n\t\n\x1a").refused("FEED_FILE_EMPTY"),
		of("a header alone", head).refused("FEED_FILE_EMPTY"),
		of("a header and blank lines", head+"\n \n").refused("FEED_FILE_EMPTY"),
		of("carriage returns alone", strings.ReplaceAll(head+"1,王,20250301\n", "\n", "\r")).refused("FEED_FILE_UNREADABLE", "CR_LINE_ENDS"),
		sized("one line of 1 GiB", 1<<30, head, "王小明,", "\n2,李华,20250301\n").read("ROW_TOO_LONG", "").says("2/李华/20250301"),
		huge("a header of 200 MiB", "", "a", "\n").refused("FEED_COLUMNS_UNKNOWN"),
		huge("a quote that is never closed, of 200 MiB", head+`1,"`, "王", "").read("ROW_TOO_LONG"),
		of("10,000 columns", strings.Repeat("a,", 10_000)+"\n1\n").refused("FEED_COLUMNS_TOO_MANY"),
		of("10,000 cells in a row", head+strings.Repeat("a,", 10_000)+"\n").read("ROW_COLUMN_COUNT"),
		of("a last row cut off", head+"1,王,20250301\n2,李").read("", "ROW_TORN"),
		of("a last row cut off inside quotes", head+"1,王,20250301\n2,\"李").read("", "ROW_TORN"),
		of("a last row cut inside a character", gbHead+"2,20250301,\xC0").read(append(three, "ENCODING_BROKEN")...),
		of("a last row cut inside a four-byte code", gbHead+"2,20250301,\x96\x39\x92").read(append(three, "ENCODING_BROKEN")...),
		of("a quotation mark that is not closed", head+"1,\"王,20250301\n2,李,20250301\n").read("ROW_QUOTES", "").says("2/李/20250301"),
		of("text behind a closing mark", head+"1,\"王\"x,20250301\n").read("ROW_QUOTES"),
		of("a line end inside quotes", head+"1,\"王\n小\",20250301\n").read("ROW_QUOTES", "ROW_COLUMN_COUNT"),
		of("too few cells", head+"1,王\n2,李,20250301\n").read("ROW_COLUMN_COUNT", ""),
		of("too many cells", head+"1,王,20250301,x\n").read("ROW_COLUMN_COUNT"),
		of("empty cells too many", head+"1,王,20250301,,\n").read("").says("1/王/20250301"),
		of("NUL bytes in a cell", head+strings.Repeat("1,王,20250301\n", 40)+"1,王\x00,20250301\n").read(append(make([]string, 40), "ENCODING_BROKEN")...),
		of("a cell of 70 KB", head+"1,"+strings.Repeat("王", 24_000)+",20250301\n").read("ROW_TOO_LONG"),
		of("rows of UTF-8 in a file of GB18030", gbHead+"2,李小华,20250301\n").read(append(three, "ENCODING_BROKEN")...),
		of("rows of GB18030 in a file of UTF-8", head+strings.Repeat("1,王小明,20250301\n", 3)+string(inGB("2,李小华,20250301\n"))).read(append(three, "ENCODING_BROKEN")...),
		of("two files joined, a mark in the middle", markOf(UTF8)+head+"1,王,20250301\n"+markOf(UTF8)+head+"2,李,20250301\n").read("", "", "").says("1/王/20250301"),
		of("overlong UTF-8", head+"1,王,20250301\n1,\xC0\xAF,20250301\n2,\xE0\x80\xAF,20250301\n3,李,20250301\n4,张,20250301\n").read("", "ENCODING_BROKEN", "ENCODING_BROKEN", "", ""),
		of("a surrogate in UTF-8", head+"1,王,20250301\n1,\xED\xA0\x80,20250301\n2,李,20250301\n").read("", "ENCODING_BROKEN", ""),
		of("a surrogate alone in UTF-16", wide(head+"1,王,20250301\n1,")+"\x00\xD8"+string(UTF16LE.AppendEncoded(nil, ",20250301\n"))).read("", "ENCODING_BROKEN"),
		of("UTF-16 with an odd number of bytes", wide(head+"1,王,20250301\n2,李,20250301")+"\x31").read("", "ENCODING_BROKEN"),
		of("UTF-16 without a mark", string(UTF16BE.AppendEncoded(nil, head+"1,王,20250301\n"))).read("").says("1/王/20250301"),
		of("UTF-32 with a mark", "\xFF\xFE\x00\x00a\x00\x00\x00,\x00\x00\x00").refused("FEED_ENCODING_UNKNOWN"),
		of("UTF-32 without a mark", utf32(head+"1,王,20250301\n")).refused("FEED_ENCODING_UNKNOWN"),
		of("mostly undecodable bytes", strings.Repeat("a,\xff\xfe\xd5,b\n", 50)).refused("FEED_ENCODING_UNKNOWN"),
		of("UTF-8 said to be GB18030", head+"1,王,20250301\n").hinted(Hints{Encoding: GB18030}).refused("FEED_ENCODING_UNKNOWN"),
		of("formulas in cells", head+"=cmd|' /C calc'!A0,@SUM(1),+1+cmd\n").read("").says("=cmd|' /C calc'!A0/@SUM(1)/+1+cmd"),
		of("names twice and empty", "编号,编号,\n1,2,3\n").read("").says("1/2/3"),
		of("a delimiter that cannot be one", head).hinted(Hints{Delimiter: "a"}).refused("FEED_HINT_INVALID", "delimiter"),
		of("fixed width without columns", "0001\n").hinted(Hints{Format: Fixed}).refused("FEED_HINT_INVALID", "columns"),
		of("fixed width with columns over one another", "0001\n").hinted(Hints{Format: Fixed, Columns: []FixedColumn{{"a", 0, 4}, {"b", 3, 4}}}).refused("FEED_HINT_INVALID", "columns[1]"),
		of("fixed width shifted by half a character", string(inGB(strings.Repeat("0001王小明  人民路１２号\n", 3)+"0001王小明"))+"\xB0"+string(inGB("人民路１２号\n"))).hinted(fixed).read(append(three, "ENCODING_BROKEN")...),
		of("fixed width too short", "0001\n0002        abc\n").hinted(fixed).read("ROW_COLUMN_COUNT", "").says("0002//abc"),
		of("fixed width too long", "0001        aaaaaaaaaaaaTOO MUCH\n").hinted(fixed).read("ROW_COLUMN_COUNT"),
		of("fixed width torn", "0001        aaaaaaaaaaaa\n0002        aa").hinted(fixed).read("", "ROW_TORN"),
	}
}

func utf32(s string) string {
	var out strings.Builder
	for _, r := range s {
		out.Write([]byte{byte(r), byte(r >> 8), byte(r >> 16), 0})
	}
	return out.String()
}

func hostileKinds() []hostile {
	pad := strings.Repeat("\x00\x01\x02\x03", 600)
	return []hostile{
		of("a picture", "\x89PNG\r\n\x1a\n"+pad).refused("FEED_FILE_UNREADABLE", "PNG"),
		of("a photograph", "\xFF\xD8\xFF\xE0"+pad).refused("FEED_FILE_UNREADABLE", "JPEG"),
		of("a PDF", "%PDF-1.7\n"+pad).refused("FEED_FILE_UNREADABLE", "PDF"),
		of("a program", "\x7FELF\x02"+pad).refused("FEED_FILE_UNREADABLE", "PROGRAM"),
		of("a packed file", "\x1F\x8B\x08\x00"+pad).refused("FEED_FILE_UNREADABLE", "GZIP"),
		of("a RAR", "Rar!\x1a\x07"+pad).refused("FEED_FILE_UNREADABLE", "RAR"),
		of("a database", "SQLite format 3\x00"+pad).refused("FEED_FILE_UNREADABLE", "SQLITE"),
		of("an old workbook", ole("Workbook")).refused("FEED_FILE_UNREADABLE", "XLS"),
		of("an old document", ole("WordDocument")).refused("FEED_FILE_UNREADABLE", "DOC"),
		of("a workbook with a password", ole("EncryptedPackage")).refused("FEED_FILE_LOCKED"),
		of("an old workbook cut off", oleMagic).refused("FEED_FILE_UNREADABLE", "XLS"),
		of("HTML under the name .xls", "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table><tr><td>1</td></tr></table></html>").refused("FEED_FILE_UNREADABLE", "HTML"),
		of("a table of HTML", "\n<TABLE><tr><td>1</td></tr></TABLE>").refused("FEED_FILE_UNREADABLE", "HTML"),
		of("XHTML", `<?xml version="1.0"?><!DOCTYPE html><html><body/></html>`).refused("FEED_FILE_UNREADABLE", "HTML"),
		of("a workbook of XML", `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`).refused("FEED_FILE_UNREADABLE", "SPREADSHEETML"),
		of("bytes of no kind", strings.Repeat("\x01\x02a,b\x00\x07\x00\x00\x01c\nd,e\n", 200)).refused("FEED_FILE_UNREADABLE", "BINARY"),
		of("text said to be a workbook", "a,b\n1,2\n").hinted(Hints{Format: XLSX}).refused("FEED_HINT_INVALID"),
	}
}

// ole is an OLE file whose folder has one stream.
func ole(stream string) string {
	b := make([]byte, 2048)
	copy(b, oleMagic)
	b[30] = 9 // sectors of 512 bytes
	b[48] = 1 // the folder is in the second
	copy(b[1024:], UTF16LE.AppendEncoded(nil, stream))
	return string(b)
}
