package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
)

var forbidden = []struct{ part, why string }{
	{"vbaproject", "含有宏 has macros"},
	{"externallink", "链接到其他文件 links to other files"},
	{"activex", "含有控件 has controls"},
	{"ctrlprop", "含有控件 has controls"},
	{"embeddings/", "含有嵌入对象 has embedded objects"},
	{"oleobject", "含有嵌入对象 has embedded objects"},
	{"relationships/package", "含有嵌入对象 has embedded objects"},
	{"connections", "含有数据连接 has data connections"},
	{"macrosheet", "含有宏 has macros"},
	{"querytable", "含有数据连接 has data connections"},
	{"webextension", "含有加载项 has add-ins"},
	{"attachedtoolbars", "含有宏 has macros"},
	{"customui", "含有自定义界面 has an interface of its own"},
	{"relationships/ui/", "含有自定义界面 has an interface of its own"},
}

func forbids(s string) string {
	s = strings.ToLower(s)
	for _, f := range forbidden {
		if strings.Contains(s, f.part) {
			return f.why
		}
	}
	return ""
}

// active says what is wrong with the parts of a workbook; "" when nothing is.
// Parts are read as XML, since what they say may be written in many ways.
func active(workbook []byte) string {
	z, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		return "不是 .xlsx 工作簿 not an .xlsx workbook"
	}
	if len(z.File) > maxTemplateParts {
		return "部件过多 too many parts"
	}
	left := int64(maxUnzipped)
	for _, part := range z.File {
		if why := forbids(part.Name); why != "" {
			return why
		}
		raw, err := readPart(part, left)
		if err != nil {
			return "工作簿损坏或过大 damaged or too large"
		}
		left -= int64(len(raw))
		switch name := strings.ToLower(part.Name); {
		case strings.HasSuffix(name, ".xml"), strings.HasSuffix(name, ".rels"), strings.HasSuffix(name, ".vml"):
			if why := activePart(raw); why != "" {
				return why
			}
		}
	}
	return ""
}

func readPart(part *zip.File, limit int64) ([]byte, error) {
	r, err := part.Open()
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if closed := r.Close(); err == nil {
		err = closed
	}
	if err == nil && int64(len(raw)) > limit {
		err = errDamaged
	}
	return raw, err
}

// formulas are the elements whose text a program computes.
var formulas = []string{"f", "formula", "formula1", "formula2", "definedName", "oldFormula", "FmlaMacro", "FmlaRange", "FmlaLink"}

var calling = regexp.MustCompile(`(?i)\b(WEBSERVICE|HYPERLINK|RTD|CALL|EXEC|REGISTER|REGISTER\.ID|IMAGE|FILTERXML|DDE)\b|\|`)

// activePart says what one part could do more than look good. A part that is no
// XML in UTF-8 is refused: a program might read it otherwise than is done here.
func activePart(raw []byte) string {
	d := xml.NewDecoder(bytes.NewReader(raw))
	in := ""
	for {
		token, err := d.Token()
		switch t := token.(type) {
		case xml.StartElement:
			in = t.Name.Local
			if why := activeElement(&t); why != "" {
				return why
			}
		case xml.EndElement:
			in = ""
		case xml.CharData:
			if slices.Contains(formulas, in) && calling.Match(t) {
				return "公式调用外部内容 a formula calls something outside"
			}
		case xml.Directive:
			return "含有文档类型声明 has a document type"
		}
		if errors.Is(err, io.EOF) {
			return ""
		}
		if err != nil {
			return "部件不是 UTF-8 的 XML a part is not XML in UTF-8"
		}
	}
}

func activeElement(t *xml.StartElement) string {
	for _, a := range t.Attr {
		switch {
		case t.Name.Local == "Relationship" && a.Name.Local == "TargetMode" && !strings.EqualFold(a.Value, "Internal"):
			return "链接到外部地址 links to something outside"
		case t.Name.Local == "Relationship" && a.Name.Local == "Type", a.Name.Local == "ContentType":
			if strings.Contains(strings.ToLower(a.Value), "macroenabled") {
				return "含有宏 has macros"
			}
			if why := forbids(a.Value); why != "" {
				return why
			}
		}
	}
	return ""
}
