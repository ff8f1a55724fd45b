package edge_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/gateway/edge"
)

// recordGateway has one fake per service, so that a call shows where it went.
func recordGateway(t *testing.T) (*httptest.Server, map[string]*fake) {
	t.Helper()
	f := map[string]*fake{}
	for _, name := range []string{"archive", "immunization", "maternal", "familyplanning", "registry", "aggregator"} {
		f[name] = newFake(t)
	}
	h, err := edge.New(t.Context(), edge.Config{Backends: edge.Backends{
		Registry: f["registry"].conn, Archive: f["archive"].conn, Immunization: f["immunization"].conn, Maternal: f["maternal"].conn,
		FamilyPlanning: f["familyplanning"].conn, Aggregator: f["aggregator"].conn,
	}})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s, f
}

func ask(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer t")
	if body != "" && strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/json")
	} else if body != "" {
		req.Header.Set("Content-Type", "text/csv")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func TestAKindOfRecordLeadsToTheServiceThatOwnsIt(t *testing.T) {
	s, fakes := recordGateway(t)
	for kind, service := range map[string]string{
		"archives": "archive", "doses": "immunization", "certificates": "immunization", "pregnancies": "maternal", "antenatal-visits": "maternal",
		"postnatal-visits": "maternal", "child-checks": "maternal", "planning-services": "familyplanning", "methods": "familyplanning",
	} {
		f := fakes[service]
		f.answer = func(call seen, stream grpc.ServerStream, out proto.Message) error {
			switch m := out.(type) {
			case *intakev1.DownloadImportRejectsResponse:
				m.Data = []byte("a,b\n")
			case *intakev1.WatchImportBatchResponse:
			default:
				return nil
			}
			return stream.SendMsg(out)
		}
		before := len(f.calls)
		url, profiles := s.URL+"/v1/record-imports/"+kind, s.URL+"/v1/record-profiles/"+kind
		for _, c := range []struct{ method, url, body, want string }{
			{"GET", url, "", "ListImportBatches"},
			{"GET", url + "/01J", "", "GetImportBatch"},
			{"GET", url + "/01J:watch", "", "WatchImportBatch"},
			{"GET", url + "/01J/rows", "", "ListImportRows"},
			{"GET", url + "/01J:rejects", "", "DownloadImportRejects"},
			{"POST", url + "/01J:withdraw", `{"reason":"x"}`, "WithdrawImport"},
			{"POST", url + "/01J:cancel", `{}`, "CancelImport"},
			{"POST", url + ":upload?sender=cdc&file_name=a.csv&format=csv", "a,b\n1,2\n", "ImportRecords"},
			{"POST", profiles, `{"profile":{"name":"a"}}`, "CreateImportProfile"},
			{"PATCH", profiles + "/a", `{"title":"b"}`, "UpdateImportProfile"},
			{"GET", profiles + "/a", "", "GetImportProfile"},
			{"GET", profiles, "", "ListImportProfiles"},
			{"DELETE", profiles + "/a?etag=1", "", "DeleteImportProfile"},
			{"POST", url + ":preview?sender=cdc&preview_rows=3&profile=clinics", "a,b\n1,2\n", "PreviewImport"},
		} {
			code, text := ask(t, c.method, c.url, c.body)
			if code != http.StatusOK || len(f.calls) == before || !strings.HasSuffix(f.calls[len(f.calls)-1].method, c.want) {
				t.Errorf("%s %s: %d %s", c.method, c.url, code, text)
			}
			before = len(f.calls)
		}
		last := f.calls[len(f.calls)-1].msg.(*intakev1.PreviewImportRequest)
		if last.GetHeader().GetKind() != kind || last.GetHeader().GetProfile() != "clinics" || last.GetRowCount() != 3 || string(last.GetData()) != "a,b\n1,2\n" {
			t.Errorf("%v", last)
		}
	}
}

func TestRecordImportsThatMakeNoSenseGoNowhere(t *testing.T) {
	s, fakes := recordGateway(t)
	url := s.URL + "/v1/record-imports/"
	for _, c := range []struct {
		method, url, body string
		code              int
	}{
		{"GET", url + "cats", "", http.StatusNotFound},
		{"GET", s.URL + "/v1/record-profiles/cats", "", http.StatusNotFound},
		{"GET", url + "cats/01J:watch", "", http.StatusNotFound},
		{"GET", url + "cats/01J:rejects", "", http.StatusNotFound},
		{"POST", url + "cats:upload?sender=a", "a\n", http.StatusNotFound},
		{"GET", url + "doses:upload?sender=a", "", http.StatusMethodNotAllowed},
		{"POST", url + "doses:upload", "a\n", http.StatusBadRequest},
		{"POST", url + "doses:upload?sender=a&sequence=1", "a\n", http.StatusBadRequest},
		{"POST", url + "doses:preview?sender=a&preview_rows=x", "a\n", http.StatusBadRequest},
	} {
		if code, text := ask(t, c.method, c.url, c.body); code != c.code {
			t.Errorf("%s %s: %d %s", c.method, c.url, code, text)
		}
	}
	for name, f := range fakes {
		if len(f.calls) != 0 {
			t.Errorf("%s was called: %v", name, f.calls[0].method)
		}
	}
}
