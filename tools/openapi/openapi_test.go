package main

import (
	"bytes"
	"strings"
	"testing"
)

// document returns an OpenAPI document with the given paths and schemas.
func document(paths, schemas string) string {
	return `{"openapi":"3.1.0","info":{"title":"t","description":"d","version":"v1"},"security":[{"bearer":[]}],` +
		`"paths":{` + paths + `},"components":{"schemas":{` + schemas + `},` +
		`"securitySchemes":{"bearer":{"type":"http","scheme":"bearer"}}}}`
}

const (
	read = `{"get":{"tags":["T"],"summary":"s","operationId":"T_Get",` +
		`"parameters":[{"name":"thing_id","in":"path","required":true,"schema":{"type":"string"}}],` +
		`"responses":{"200":{"description":"ok"}}}}`
	change = `{"patch":{"tags":["T"],"summary":"s","operationId":"T_Update",` +
		`"parameters":[{"name":"thing.thing_id","in":"path","required":true,"schema":{"type":"string"}}],` +
		`"responses":{"200":{"description":"ok"}}}}`
)

func tidied(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run([]string{"tidy"}, strings.NewReader(text), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTidyJoinsPathsThatDifferInParameterNamesOnly(t *testing.T) {
	raw := document(`"/v1/things/{thing_id}":`+read+`,"/v1/things/{thing.thing_id}":`+change, "")
	if len(lint([]byte(raw))) == 0 {
		t.Error("the document was in order before: the test shows nothing")
	}
	out := tidied(t, raw)
	if got := strings.Count(out, `"/v1/things/{thing_id}"`); got != 1 {
		t.Errorf("the path stands %d times", got)
	}
	if strings.Contains(out, "thing.thing_id") {
		t.Error("a dotted parameter is left")
	}
	if problems := lint([]byte(out)); len(problems) > 0 {
		t.Errorf("problems after tidy: %q", problems)
	}
}

func TestTidyRefusesOneOperationDescribedTwice(t *testing.T) {
	raw := document(`"/v1/things/{thing_id}":`+read+`,"/v1/things/{other.thing_id}":`+read, "")
	if err := run([]string{"tidy"}, strings.NewReader(raw), &bytes.Buffer{}); err == nil {
		t.Error("two GETs of one path were joined")
	}
}

// dated returns an operation whose query has a date in the parts given.
func dated(parts ...string) string {
	list := `{"name":"size","in":"query","schema":{"type":"integer"}}`
	for _, p := range parts {
		list += `,{"name":"asOfDate.` + p + `","in":"query","schema":{"type":"integer"}}`
	}
	return document(`"/v1/things":{"get":{"tags":["T"],"summary":"s","operationId":"T_List","parameters":[`+list+
		`,{"name":"after","in":"query","schema":{"type":"string"}}],"responses":{"200":{"description":"ok"}}}}`, "")
}

func TestTidyMakesADateOneParameter(t *testing.T) {
	raw := dated("year", "month", "day")
	if len(lint([]byte(raw))) == 0 {
		t.Error("lint finds nothing wrong with a date in parts")
	}
	out := tidied(t, raw)
	if strings.Contains(out, "asOfDate.") || strings.Count(out, `"asOfDate"`) != 1 || !strings.Contains(out, `"format": "date"`) {
		t.Errorf("the date is not one parameter:\n%s", out)
	}
	if a, b, c := strings.Index(out, `"size"`), strings.Index(out, `"asOfDate"`), strings.Index(out, `"after"`); a > b || b > c {
		t.Error("the order of parameters changed")
	}
	if problems := lint([]byte(out)); len(problems) > 0 {
		t.Errorf("problems after tidy: %q", problems)
	}
}

func TestTidyRefusesADateThatIsNotWhole(t *testing.T) {
	if err := run([]string{"tidy"}, strings.NewReader(dated("year", "day")), &bytes.Buffer{}); err == nil {
		t.Error("a date without a month was joined")
	}
}

func TestTidyKeepsOrderAndDescribesSharedSchemas(t *testing.T) {
	out := tidied(t, document("", `"z.Last":{"type":"object","properties":{"year":{"type":"integer"},"day":{"type":"integer"}}},"google.type.Date":{"type":"object"}`))
	if strings.Index(out, `"year"`) > strings.Index(out, `"day"`) {
		t.Error("the order of fields changed")
	}
	if !strings.Contains(out, "civil date") {
		t.Error("google.type.Date has no description")
	}
}

func TestTidyRefusesWhatIsNoJSONObject(t *testing.T) {
	for _, bad := range []string{"", "[]", "{} {}", `{"a":`, "nonsense"} {
		if err := run([]string{"tidy"}, strings.NewReader(bad), &bytes.Buffer{}); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

func TestLintFindsWhatReadersWouldMiss(t *testing.T) {
	cases := []struct{ name, from, to, want string }{
		{"no summary", `"summary":"s",`, ``, "neither summary nor description"},
		{"no operation id", `"operationId":"T_Get",`, ``, "no operation id"},
		{"no tag", `"tags":["T"],`, ``, "no tag"},
		{"an undeclared path parameter", `"name":"thing_id"`, `"name":"other_id"`, "thing_id"},
		{"no credentials", `"security":[{"bearer":[]}],`, ``, "asks for no credentials"},
		{"a reference to nothing", `"schema":{"type":"string"}`, `"schema":{"$ref":"#/components/schemas/x.Gone"}`, "Gone"},
		{"a schema without description", `"x.Thing":{"description":"d",`, `"x.Thing":{`, "schema x.Thing has no description"},
	}
	good := document(`"/v1/things/{thing_id}":`+read, `"x.Thing":{"description":"d","type":"object"}`)
	if problems := lint([]byte(good)); len(problems) > 0 {
		t.Fatalf("the good document has problems: %q", problems)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			bad := strings.Replace(good, c.from, c.to, 1)
			if bad == good {
				t.Fatal("the case changes nothing")
			}
			if problems := strings.Join(lint([]byte(bad)), "\n"); !strings.Contains(problems, c.want) {
				t.Errorf("want a problem with %q, got %q", c.want, problems)
			}
		})
	}
}

func TestTidySaysHowAStreamIsSent(t *testing.T) {
	raw := document(`"/v1/things:watch":{"get":{"tags":["T"],"summary":"s","operationId":"T_Watch","responses":{"200":{"description":"ok",`+
		`"content":{"application/json":{"schema":{"$ref":"#/components/schemas/x.Thing"}}}}}}}`,
		`"x.Thing":{"description":"d","type":"object"},"google.rpc.Status":{"description":"d","type":"object"}`)
	out := tidied(t, raw)
	for _, want := range []string{`"application/x-ndjson"`, `"text/event-stream"`, `"result"`, `"error"`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if strings.Contains(out, `"application/json"`) {
		t.Error("a stream is described as one JSON value")
	}
	if problems := lint([]byte(out)); len(problems) > 0 {
		t.Errorf("problems after tidy: %q", problems)
	}
}
