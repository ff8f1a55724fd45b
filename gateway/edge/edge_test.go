package edge_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"xinju.dev/api/openapi"

	"xinju.dev/gateway/edge"
)

// methods returns every public method: all but the change feeds, which other
// services read over gRPC alone.
func methods() []protoreflect.MethodDescriptor {
	var list []protoreflect.MethodDescriptor
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		for i := range f.Services().Len() {
			s := f.Services().Get(i)
			if !strings.HasPrefix(string(s.FullName()), "xinju.") || s.Name() == "ChangeFeedService" {
				continue
			}
			for j := range s.Methods().Len() {
				if s.Methods().Get(j).Name() != "StreamEvents" { // both sides talk: gRPC only
					list = append(list, s.Methods().Get(j))
				}
			}
		}
		return true
	})
	return list
}

var inPath = regexp.MustCompile(`\{[^}]+\}`)

// address returns where a method is in REST.
func address(m protoreflect.MethodDescriptor) (verb, template string) {
	switch m.Name() {
	case "ImportFeed":
		return "POST", "/v1/feed-batches:upload"
	case "PreviewFeed":
		return "POST", "/v1/feed-batches:preview"
	case "DownloadFeedRejects":
		return "GET", "/v1/feed-batches/{batch_id}:rejects"
	case "ImportRecords":
		return "POST", "/v1/record-imports/{kind}:upload"
	case "PreviewImport":
		return "POST", "/v1/record-imports/{kind}:preview"
	case "DownloadImportRejects":
		return "GET", "/v1/record-imports/{kind}/{batch_id}:rejects"
	case "RenderReport":
		return "GET", "/v1/reports/{report_id}:render"
	case "ExportReport":
		return "GET", "/v1/reports/{report_id}:export"
	}
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	for verb, template := range map[string]string{"GET": rule.GetGet(), "POST": rule.GetPost(), "PATCH": rule.GetPatch(), "DELETE": rule.GetDelete()} {
		if template != "" {
			return verb, template
		}
	}
	return "", ""
}

func TestEveryPublicMethodIsReachedByItsRouteAndDescribed(t *testing.T) {
	f := newFake(t)
	core, lines := observer.New(zapcore.InfoLevel)
	h := f.gateway(t, func(c *edge.Config) { c.Log = zap.New(core) })
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(openapi.JSON, &doc); err != nil {
		t.Fatal(err)
	}
	all := methods()
	if len(all) < 80 {
		t.Fatalf("only %d methods found", len(all))
	}
	for _, m := range all {
		name := string(m.Parent().Name()) + "." + string(m.Name())
		t.Run(name, func(t *testing.T) {
			verb, template := address(m)
			if verb == "" {
				t.Fatal("no REST address")
			}
			target, body := strings.NewReplacer("{kind}", "doses", "{version}", "1").Replace(template), "" // a kind decides the service
			target = inPath.ReplaceAllString(target, "x1")
			switch {
			case strings.HasSuffix(target, ":upload"), strings.HasSuffix(target, ":preview"):
				target += "?sender=a"
			case verb == "PATCH":
				target += "?updateMask=x"
				body = "{}"
			case verb == "POST":
				body = "{}"
			}
			if w := do(h, verb, target, body); w.Code != 200 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if got := f.last(t).method; got != name {
				t.Errorf("reached %s", got)
			}
			line := lines.TakeAll()[0].ContextMap()
			if line["route"] != template || line["method"] != verb || line["status"] != int64(200) {
				t.Errorf("the log says %v", line)
			}
			described := inPath.ReplaceAllStringFunc(template, func(v string) string { return "{" + v[strings.LastIndexAny(v, "{.")+1:] })
			if doc.Paths[described][strings.ToLower(verb)] == nil {
				t.Errorf("%s %s is not in the description", verb, described)
			}
		})
	}
}

func TestTheLogAndTheMetricsKnowRoutesButNoValues(t *testing.T) {
	f := newFake(t)
	core, lines := observer.New(zapcore.DebugLevel)
	reg := prometheus.NewRegistry()
	h := f.gateway(t, func(c *edge.Config) { c.Log, c.Metrics = zap.New(core), reg })
	const id = "0123456789abcdef0123456789abcdef"
	do(h, "GET", "/v1/residents/"+canary, "", "X-Request-Id", id, "Authorization", "Bearer "+canary)
	do(h, "GET", "/v1/doses?residentId="+canary, "")
	do(h, "POST", "/v1/residents:lookup", `{"x":"`+canary+`"}`)
	do(h, canary, "/"+canary, "")
	if n := lines.Len(); n != 4 {
		t.Errorf("%d lines for four requests", n)
	}
	for _, e := range lines.All() {
		text, _ := json.Marshal(e.ContextMap())
		if strings.Contains(e.Message+string(text), canary) {
			t.Errorf("the log has a value: %s %s", e.Message, text)
		}
	}
	if got := lines.All()[0].ContextMap(); got["request_id"] != id || got["route"] != "/v1/residents/{resident_id}" {
		t.Errorf("%v", got)
	}
	if got := f.calls[0].md.Get("x-request-id"); len(got) != 1 || got[0] != id {
		t.Errorf("the service got %q", got)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, m := range families {
		text += m.String()
	}
	if strings.Contains(text, canary) || !strings.Contains(text, "/v1/residents/{resident_id}") {
		t.Errorf("metrics: %s", text)
	}
}

func TestTheRequestIDIsTakenWhenSaneAndAlwaysSaid(t *testing.T) {
	h := newFake(t).gateway(t)
	const sane = "0123456789abcdef0123456789abcdef"
	if got := do(h, "GET", "/v1/doses", "", "X-Request-Id", sane).Header().Get("X-Request-Id"); got != sane {
		t.Errorf("got %q", got)
	}
	for _, bad := range []string{canary, "a b", strings.Repeat("a", 500)} {
		if got := do(h, "GET", "/none", "", "X-Request-Id", bad).Header().Get("X-Request-Id"); len(got) != 32 {
			t.Errorf("for %q: %q", bad, got)
		}
	}
}

func TestErrorsOfLibrariesAreNotPassedOn(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	for code, want := range map[codes.Code]int{
		codes.Unknown: 500, codes.Internal: 500, codes.InvalidArgument: 400, codes.DeadlineExceeded: 504,
		codes.ResourceExhausted: 429, codes.Canceled: 499, codes.DataLoss: 500, codes.Unauthenticated: 401, codes.Unimplemented: 501,
	} {
		f.answer = func(seen, grpc.ServerStream, proto.Message) error {
			return status.Error(code, "Duplicate entry "+canary)
		}
		w := do(h, "GET", "/v1/doses", "")
		if w.Code != want || strings.Contains(w.Body.String(), canary) {
			t.Errorf("%s: %d %s", code, w.Code, w.Body)
		}
		if code == codes.Unauthenticated && w.Header().Get("WWW-Authenticate") == "" {
			t.Error("401 without WWW-Authenticate")
		}
	}
}

func TestAServiceThatIsAwayIsSaidWithoutItsAddress(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	_ = f.conn.Close()
	w := do(h, "GET", "/v1/doses", "")
	if w.Code != 499 && w.Code != 503 || strings.Contains(w.Body.String(), "conn") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestWhatCannotWorkIsRefusedAtTheStart(t *testing.T) {
	f := newFake(t)
	for _, origin := range []string{"*", "app.example.org", "https://app.example.org/", "https://", "ftp://a", ""} {
		if _, err := edge.New(t.Context(), edge.Config{Backends: f.backends(), Origins: []string{origin}}); err == nil {
			t.Errorf("origin %q was taken", origin)
		}
	}
	if _, err := edge.New(t.Context(), edge.Config{}); err == nil {
		t.Error("no backends were taken")
	}
}
