package report_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/report"
)

// TestAWorkbookReadsAsXML without the library that wrote it: every part is well
// formed, and a name that looks like a formula is a text.
func TestAWorkbookReadsAsXML(t *testing.T) {
	r := aReport()
	r.Content.Numbers[0].Name, r.Content.Numbers[1].Name = "=HYPERLINK(\"http://x/\")", "控\x01制 & <b>"
	var out bytes.Buffer
	if err := report.XLSX(&out, report.SelfForm, builtIn(t, report.SelfForm), r, someLines); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, part := range z.File {
		f, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		d, in := xml.NewDecoder(f), ""
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", part.Name, err)
			}
			switch x := token.(type) {
			case xml.StartElement:
				if in = x.Name.Local; in == "f" {
					t.Errorf("%s holds a formula", part.Name)
				}
			case xml.CharData:
				if strings.HasPrefix(part.Name, "xl/") && in == "t" {
					texts = append(texts, string(x))
				}
			}
		}
	}
	for _, want := range []string{"=HYPERLINK(\"http://x/\")", "控\ufffd制 & <b>", "西镇"} {
		if !slices.Contains(texts, want) {
			t.Errorf("%q is not among the texts", want)
		}
	}
}
