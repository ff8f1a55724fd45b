package rowfile

import "strings"

func hostileMarkup() []hostile {
	const xmlTop = `<?xml version="1.0" encoding="UTF-8"?><行集>`
	const good = `<行><编号>1</编号><姓名>王</姓名></行>`
	laughs := `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;">]><a><b c="&m;"/><b c="&m;"/></a>`
	return []hostile{
		of("a billion laughs", laughs).refused("FEED_FILE_HOSTILE", "DOCTYPE"),
		of("an entity of another file", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b></a>`).refused("FEED_FILE_HOSTILE", "DOCTYPE"),
		of("an entity that nobody declared", xmlTop+good+`<行><编号>&x;</编号></行>`+good+`</行集>`).read("", "ROW_MALFORMED", ""),
		of("elements 100,000 deep", strings.Repeat("<a>", 100_000)).refused("FEED_FILE_HOSTILE", "nesting"),
		of("elements 20 deep in a row", xmlTop+good+"<行>"+strings.Repeat("<a>", 20)+strings.Repeat("</a>", 20)+"</行>"+good+"</行集>").read("", "ROW_SHAPE", ""),
		of("XML without rows", `<?xml version="1.0"?><a>text</a>`).refused("FEED_ROWS_NOT_FOUND"),
		of("XML without the row that was named", xmlTop+good+"</行集>").hinted(Hints{RowElement: "person"}).refused("FEED_ROWS_NOT_FOUND"),
		of("XML torn inside a row", xmlTop+good+`<行><编号>2</编`).read("", "ROW_TORN"),
		of("XML torn between rows", xmlTop+good+good).read("", "", "ROW_TORN"),
		of("tags that do not match", xmlTop+good+`<行><编号>2</姓名></行>`+good+`</行集>`).read("", "ROW_MALFORMED", ""),
		of("a row that is never closed", xmlTop+good+`<行><编号>2</编号>`+good+`</行集>`).read("", "ROW_MALFORMED", ""),
		of("a tag inside a tag", xmlTop+good+`<行><编号<姓名>2</姓名></行>`+good+`</行集>`).read("", "ROW_MALFORMED", ""),
		of("an element twice in a row", xmlTop+good+`<行><编号>2</编号><编号>3</编号></行></行集>`).read("", "ROW_NAME_TWICE"),
		of("text between elements", xmlTop+good+`<行>x<编号>2</编号></行></行集>`).read("", "ROW_SHAPE"),
		of("text between rows", xmlTop+good+`x`+good+`</行集>`).read("", "ROW_MALFORMED", ""),
		of("NUL in XML", xmlTop+strings.Repeat(good, 3)+"<行><编号>2\x00</编号></行></行集>").read("", "", "", "ENCODING_BROKEN"),
		huge("a cell of 1 GiB of XML", xmlTop+good+"<行><编号>", "王", "</编号></行>"+good+"</行集>").read("", "ROW_TOO_LONG", "").says("1/王"),
		huge("a comment of 200 MiB", xmlTop+good+"<!--", "-x", "-->"+good+"</行集>").read("", ""),
		huge("a tag of 200 MiB", xmlTop+good+"<行 a='", "x", "'/></行集>").read("", "ROW_MALFORMED"),
		of("GB18030 labelled UTF-8", string(inGB(xmlTop+good+"</行集>"))).read("").says("1/王"),
		of("UTF-8 labelled GBK", strings.Replace(xmlTop, "UTF-8", "GBK", 1)+good+"</行集>").read("").says("1/王"),
		of("GB18030 without a label", string(inGB("<行集>"+good+"</行集>"))).read("").says("1/王"),
		of("an unknown label", strings.Replace(xmlTop, "UTF-8", "EBCDIC", 1)+good+"</行集>").read("").says("1/王"),

		of("a name twice in an object", `{"a":"1"}`+"\n"+`{"a":"1","a":"2"}`+"\n").read("", "ROW_NAME_TWICE"),
		of("a name twice by nesting", `{"a.b":"1","a":{"b":"2"}}`+"\n").read("ROW_NAME_TWICE"),
		of("NaN", `{"a":"1"}`+"\n"+`{"a":NaN}`+"\n"+`{"a":"2"}`+"\n").read("", "ROW_MALFORMED", ""),
		of("objects 10,000 deep", `{"a":"1"}`+"\n"+strings.Repeat(`{"a":`, 10_000)+"1"+strings.Repeat("}", 10_000)+"\n").read("", "ROW_SHAPE"),
		of("a list in an object", `{"a":"1"}`+"\n"+`{"a":[1]}`+"\n").read("", "ROW_SHAPE"),
		of("half a surrogate", `{"a":"1"}`+"\n"+`{"a":"\ud83d"}`+"\n").read("", "ENCODING_BROKEN"),
		of("a number of 18 digits", `{"a":"1"}`+"\n"+`{"a":990101199006300058}`+"\n").read("", "NUMBER_DAMAGED_BY_EXCEL"),
		of("an object cut off", `{"a":"1"}`+"\n"+`{"a":"2`).read("", "ROW_TORN"),
		of("lines that are no objects", `{"a":"1"}`+"\n1\n\"x\"\n[1]\n"+`{"a":"2"} x`+"\n").read("", "ROW_MALFORMED", "ROW_MALFORMED", "ROW_MALFORMED", "ROW_MALFORMED"),
		of("line ends in text", "{\"a\":\"1\x01\"}\n{\"a\":\"2\"}\n").read("ROW_MALFORMED", ""),
		of("objects without names", "{}\n{}\n").refused("FEED_FILE_EMPTY"),
		of("an array cut off", `[{"a":"1"},{"a":"2"}`).read("", "", "ROW_TORN"),
		of("an array cut inside an object", `[{"a":"1"},{"a":"2`).read("", "ROW_TORN"),
		of("an array of other things too", `[{"a":"1"},5,"x",{"a":"2"}]`).read("", "ROW_MALFORMED", ""),
		huge("an object of 200 MiB", `{"a":"1"}`+"\n"+`{"a":"`, "王", `"}`+"\n"+`{"a":"2"}`+"\n").read("", "ROW_TOO_LONG", ""),
	}
}
