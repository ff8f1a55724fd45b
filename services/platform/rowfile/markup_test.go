package rowfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRowsOfXMLAreFoundWhereTheyRepeat(t *testing.T) {
	for _, c := range []struct {
		name, file string
		hint       string
		columns    string
		want       [][]string
	}{
		{"children of the root", `<a><r><x>1</x></r><r><x>2</x></r></a>`, "", "x", [][]string{{"1"}, {"2"}}},
		{"below a head", `<a><head><unit>所</unit></head><body><r><x>1</x></r><r><x>2</x></r></body></a>`, "", "x", [][]string{{"1"}, {"2"}}},
		{"in several groups", `<a><g n="1"><r><x>1</x></r></g><g n="2"><r><x>2</x></r></g></a>`, "r", "x", [][]string{{"1"}, {"2"}}},
		{"one row alone", `<a><r><x>1</x><y>2</y></r></a>`, "", "x,y", [][]string{{"1", "2"}}},
		{"one row in a place for rows", `<a><rows><r><x>1</x></r></rows></a>`, "", "x", [][]string{{"1"}}},
		{"attributes", `<a><r x="1" y="&quot;2&quot;"/><r y='3'/></a>`, "", "x,y", [][]string{{"1", `"2"`}, {"", "3"}}},
		{"attributes and elements", `<a><r id="1"><x>2</x></r><r id="3"><x u="4">5</x></r></a>`, "", "id,x,x.u", [][]string{{"1", "2", ""}, {"3", "5", "4"}}},
		{"a column that begins late", `<a><r><x>1</x></r><r><x>2</x><y>3</y></r></a>`, "", "x,y", [][]string{{"1", ""}, {"2", "3"}}},
		{"nested elements", `<a><r><d><n>1</n><t>身份证</t></d></r><r><d><n>2</n></d></r></a>`, "", "d.n,d.t", [][]string{{"1", "身份证"}, {"2", ""}}},
		{"prefixes", `<s:a xmlns:s="u"><s:r><s:x>1</s:x></s:r><s:r><s:x/></s:r><s:r><s:x>3</s:x></s:r></s:a>`, "", "x", [][]string{{"1"}, {"3"}}},
		{"comments, instructions and literal text", `<?xml version="1.0"?><!-- <r> --><a><r><x>1<!-- 2 --></x></r><?p <r>?><r><x><![CDATA[<&>]]>y&#x4E2D;&amp;</x></r></a>`, "", "x", [][]string{{"1"}, {"<&>y中&"}}},
		{"blanks around text", "<a>\n <r>\n  <x>\n 1 \n</x>\n </r>\n<r><x>2</x></r></a>", "", "x", [][]string{{"1"}, {"2"}}},
	} {
		for _, e := range everyEncoding {
			t.Run(c.name+" "+string(e), func(t *testing.T) {
				l, rows := read(t, e.AppendEncoded([]byte(markOf(e)), c.file), Hints{RowElement: c.hint})
				if diff := cmp.Diff(c.want, texts(rows)); diff != "" || strings.Join(l.Columns, ",") != c.columns {
					t.Errorf("columns %v, rows %s %s", l.Columns, diff, reasons(rows))
				}
			})
		}
	}
}

func TestAWrongLabelIsShownAndNotBelieved(t *testing.T) {
	file := `<?xml version="1.0" encoding="UTF-8"?><行集><行><姓名>王小明</姓名></行><行><姓名>王䶮</姓名></行></行集>`
	l, rows := read(t, inGB(file), Hints{})
	if l.Label != "UTF-8" || l.Encoding != GB18030 || rows[1].texts[0] != "王䶮" {
		t.Errorf("%+v %v", l, rows)
	}
	back := string(giveBack(t, l, rows, []string{"原因"}, "有误"))
	if want := string(inGB(`<?xml version="1.0" encoding="GB18030"?>`)); !strings.HasPrefix(back, want) || !strings.Contains(back, string(inGB("<行><姓名>王䶮</姓名><原因>有误</原因></行>"))) {
		t.Errorf("given back as %q", back)
	}
}

func TestObjectsAreReadWithTheirNames(t *testing.T) {
	for _, c := range []struct {
		name, file string
		columns    string
		want       [][]string
	}{
		{"a line each", "{\"a\":\"1\",\"b\":2}\n{\"b\":\"3\"}\n", "a,b", [][]string{{"1", "2"}, {"", "3"}}},
		{"nested", `{"p":{"name":"王","doc":{"n":"1"}}}` + "\n", "p.name,p.doc.n", [][]string{{"王", "1"}}},
		{"escapes", `{"a":"\u738b\ud84c\udcd7\"\\\/\t"}` + "\n", "a", [][]string{{"王𣃗\"\\/"}}},
		{"words and numbers", `{"a":null,"b":true,"c":false,"d":-1.5e3}` + "\n", "a,b,c,d", [][]string{{"", "true", "false", "-1.5e3"}}},
		{"an array", "[\n {\"a\":\"1\"},\n {\"a\":\"}\\\"]\"} ]\n", "a", [][]string{{"1"}, {"}\"]"}}},
		{"blank lines", "\n{\"a\":\"1\"}\n\n{\"a\":\"2\"}", "a", [][]string{{"1"}, {"2"}}},
		// 僜 is 83 5C in GBK: before a quotation mark its second byte is no escape.
		{"a character that ends in a backslash", `[{"a":"王僜"},{"a":"2"}]`, "a", [][]string{{"王僜"}, {"2"}}},
	} {
		for _, e := range everyEncoding {
			t.Run(c.name+" "+string(e), func(t *testing.T) {
				l, rows := read(t, e.AppendEncoded([]byte(markOf(e)), c.file), Hints{Encoding: e})
				if diff := cmp.Diff(c.want, texts(rows)); diff != "" || strings.Join(l.Columns, ",") != c.columns {
					t.Errorf("columns %v, rows %s %s", l.Columns, diff, reasons(rows))
				}
			})
		}
	}
}
