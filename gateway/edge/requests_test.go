package edge_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/testing/protocmp"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/gateway/edge"
)

// canary stands for personal data in a request; no answer may repeat it.
const canary = "990101199001011234"

func TestRequestsThatAreNotWhatTheMethodTakesAreRefusedAndNotRepeated(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	const lookup = "/v1/residents:lookup"
	js := []string{"Content-Type", "application/json"}
	cases := []struct {
		name, method, target, body string
		headers                    []string
		status                     int
		reason                     string
	}{
		{"an unknown address", "GET", "/v1/people", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"no address of ours", "GET", "/admin", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"the bare version", "GET", "/v1", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"an unknown verb of an address", "POST", "/v1/residents:steal", "{}", js, 404, "ROUTE_NOT_FOUND"},
		{"doubled slashes", "GET", "/v1//residents", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"a slash at the end", "GET", "/v1/residents/", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"dots in the path", "GET", "/v1/units/../residents", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"encoded dots in the path", "GET", "/v1/units/%2e%2e/residents", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"an encoded slash", "GET", "/v1/residents/a%2Fevents", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"a slash encoded twice", "GET", "/v1/residents/a%252Fevents", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"a backslash", "GET", `/v1/residents/a%5Cb`, "", nil, 404, "ROUTE_NOT_FOUND"},
		{"bad UTF-8 in the path", "GET", "/v1/residents/%ff", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"a NUL in the path", "GET", "/v1/residents/a%00", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"a verb without an id", "GET", "/v1/feed-batches/:watch", "", nil, 404, "ROUTE_NOT_FOUND"},
		{"HEAD", "HEAD", "/v1/residents/a", "", nil, 405, "METHOD_NOT_ALLOWED"},
		{"PUT", "PUT", "/v1/residents/a", "{}", js, 405, "METHOD_NOT_ALLOWED"},
		{"OPTIONS that is no preflight", "OPTIONS", "/v1/residents/a", "", nil, 405, "METHOD_NOT_ALLOWED"},
		{"DELETE of a page", "DELETE", "/docs", "", nil, 405, "METHOD_NOT_ALLOWED"},
		{"HEAD of a file", "HEAD", "/v1/feed-batches/a:rejects", "", nil, 405, "METHOD_NOT_ALLOWED"},
		{"GET of the upload", "GET", "/v1/feed-batches:upload", "", nil, 405, "METHOD_NOT_ALLOWED"},
		{"a method override", "POST", "/v1/doses/a", "", []string{"X-HTTP-Method-Override", "DELETE"}, 405, "METHOD_NOT_ALLOWED"},
		{"a method override in a form", "POST", "/v1/doses/a", "_method=DELETE", []string{"X-HTTP-Method-Override", "DELETE", "Content-Type", "application/x-www-form-urlencoded"}, 405, "METHOD_NOT_ALLOWED"},
		{"a form", "POST", lookup, "document.number=" + canary, []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "CONTENT_TYPE_UNSUPPORTED"},
		{"a form that asks for a list", "POST", "/v1/residents", "division=99", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "CONTENT_TYPE_UNSUPPORTED"},
		{"XML", "POST", lookup, "<a/>", []string{"Content-Type", "application/xml"}, 415, "CONTENT_TYPE_UNSUPPORTED"},
		{"JSON in another charset", "POST", lookup, "{}", []string{"Content-Type", "application/json; charset=gbk"}, 415, "CONTENT_TYPE_UNSUPPORTED"},
		{"two content types", "POST", lookup, "{}", []string{"Content-Type", "application/json", "Content-Type", "text/plain"}, 415, "CONTENT_TYPE_UNSUPPORTED"},
		{"compression", "POST", lookup, "{}", []string{"Content-Type", "application/json", "Content-Encoding", "gzip"}, 400, "CONTENT_ENCODING_UNSUPPORTED"},
		{"no JSON", "POST", lookup, "number " + canary, js, 400, "REQUEST_JSON_INVALID"},
		{"a JSON list", "POST", lookup, `["` + canary + `"]`, js, 400, "REQUEST_JSON_INVALID"},
		{"JSON and something after it", "POST", lookup, `{} {"a":"` + canary + `"}`, js, 400, "REQUEST_JSON_INVALID"},
		{"half of the JSON", "POST", lookup, `{"number":"` + canary, js, 400, "REQUEST_JSON_INVALID"},
		{"a field twice", "POST", "/v1/residents", `{"requestId":"a","requestId":"` + canary + `"}`, js, 400, "REQUEST_JSON_INVALID"},
		{"bad UTF-8", "POST", "/v1/residents", "{\"requestId\":\"\xff" + canary + "\"}", js, 400, "REQUEST_JSON_INVALID"},
		{"a value of another type", "POST", "/v1/residents", `{"requestId":` + canary + `}`, js, 400, "REQUEST_JSON_INVALID"},
		{"a huge number", "POST", "/v1/aggregator:rebuild", `{"requestId":1e` + strings.Repeat("9", 400) + `}`, js, 400, "REQUEST_JSON_INVALID"},
		{"deep nesting", "POST", lookup, strings.Repeat(`{"document":`, 20000) + "1" + strings.Repeat("}", 20000), js, 400, "REQUEST_JSON_INVALID"},
		{"deep lists", "POST", lookup, strings.Repeat("[", 1<<20), js, 400, "REQUEST_JSON_INVALID"},
		{"a value that pretends to be an unknown field", "POST", "/v1/residents", `{"requestId":{"x":"unknown field \"` + canary + `\""}}`, js, 400, "REQUEST_JSON_INVALID"},
		{"an unknown field", "POST", lookup, `{"numbr":"` + canary + `"}`, js, 400, "REQUEST_FIELD_UNKNOWN"},
		{"a number as a field's name", "POST", lookup, `{"` + canary + `":1}`, js, 400, "REQUEST_FIELD_UNKNOWN"},
		{"a number in the URL of a method with a body", "POST", lookup + "?number=" + canary, "{}", js, 400, "REQUEST_QUERY_REFUSED"},
		{"a misspelt parameter", "GET", "/v1/doses?residentid=" + canary, "", nil, 400, "REQUEST_FIELD_UNKNOWN"},
		{"a parameter named like a number", "GET", "/v1/doses?" + canary + "=1", "", nil, 400, "REQUEST_FIELD_UNKNOWN"},
		{"a parameter of the body", "PATCH", "/v1/residents/a?resident.etag=" + canary, "{}", js, 400, "REQUEST_FIELD_UNKNOWN"},
		{"a parameter of the path", "GET", "/v1/residents/a?residentId=" + canary, "", nil, 400, "REQUEST_FIELD_UNKNOWN"},
		{"one parameter twice", "GET", "/v1/doses?residentId=a&residentId=" + canary, "", nil, 400, "REQUEST_VALUE_REPEATED"},
		{"one parameter under both names", "GET", "/v1/doses?residentId=a&resident_id=" + canary, "", nil, 400, "REQUEST_VALUE_REPEATED"},
		{"a parameter of another type", "GET", "/v1/doses?pageSize=" + canary, "", nil, 400, "REQUEST_JSON_INVALID"},
		{"an unknown word of a list of words", "GET", "/v1/coverage:members?set=" + canary, "", nil, 400, "REQUEST_JSON_INVALID"},
		{"bad UTF-8 in the query", "GET", "/v1/doses?residentId=%ff", "", nil, 400, "REQUEST_JSON_INVALID"},
		{"a broken query", "GET", "/v1/doses?residentId=%zz" + canary, "", nil, 400, "REQUEST_JSON_INVALID"},
		{"an impossible date", "GET", "/v1/coverage?asOfDate=2026-02-30", "", nil, 400, "REQUEST_JSON_INVALID"},
		{"a date with something after it", "GET", "/v1/coverage?asOfDate=2026-06-30T00:00:00Z", "", nil, 400, "REQUEST_JSON_INVALID"},
		{"an empty date", "GET", "/v1/coverage?asOfDate=", "", nil, 400, "REQUEST_JSON_INVALID"},
		{"a date twice", "GET", "/v1/coverage?asOfDate=2026-06-30&asOfDate=2026-06-29", "", nil, 400, "REQUEST_VALUE_REPEATED"},
		{"a date in parts", "GET", "/v1/coverage?asOfDate.year=2026", "", nil, 400, "REQUEST_FIELD_UNKNOWN"},
		{"a date under another name", "GET", "/v1/coverage?birthDate=1990-01-01", "", nil, 400, "REQUEST_FIELD_UNKNOWN"},
		{"a body of a GET", "GET", "/v1/doses", canary, nil, 400, "REQUEST_BODY_REFUSED"},
		{"a body of a DELETE", "DELETE", "/v1/doses/a", `{"etag":"1"}`, js, 400, "REQUEST_BODY_REFUSED"},
		{"a key that is too long", "POST", "/v1/residents", "{}", append([]string{"Idempotency-Key", strings.Repeat("k", 65)}, js...), 400, "IDEMPOTENCY_KEY_INVALID"},
		{"a key that is not ASCII", "POST", "/v1/residents", "{}", append([]string{"Idempotency-Key", "键"}, js...), 400, "IDEMPOTENCY_KEY_INVALID"},
		{"two keys", "POST", "/v1/residents", "{}", append([]string{"Idempotency-Key", "a", "Idempotency-Key", "b"}, js...), 400, "REQUEST_VALUE_REPEATED"},
		{"a key against the body", "POST", "/v1/residents", `{"requestId":"a"}`, append([]string{"Idempotency-Key", "b"}, js...), 400, "REQUEST_VALUE_CONTRADICTORY"},
		{"If-Match of anything", "DELETE", "/v1/doses/a", "", []string{"If-Match", "*"}, 400, "IF_MATCH_INVALID"},
		{"If-Match of several", "DELETE", "/v1/doses/a", "", []string{"If-Match", `"1", "2"`}, 400, "IF_MATCH_INVALID"},
		{"If-Match against the parameter", "DELETE", "/v1/doses/a?etag=2", "", []string{"If-Match", `"1"`}, 400, "REQUEST_VALUE_CONTRADICTORY"},
		{"If-Match where nothing can match", "POST", "/v1/residents", "{}", append([]string{"If-Match", `"1"`}, js...), 400, "IF_MATCH_REFUSED"},
		{"an update of nothing", "PATCH", "/v1/doses/a", `{"etag":"1","doseId":"a"}`, js, 400, "UPDATE_EMPTY"},
		{"two authorizations", "GET", "/v1/doses", "", []string{"Authorization", "Bearer a", "Authorization", "Bearer b"}, 400, "HEADER_DOUBLED"},
		{"an upload without a sender", "POST", "/v1/feed-batches:upload", "x", nil, 400, "UPLOAD_SENDER_MISSING"},
		{"an upload as a form", "POST", "/v1/feed-batches:upload?sender=a", "x", []string{"Content-Type", "multipart/form-data; boundary=b"}, 415, "CONTENT_TYPE_UNSUPPORTED"},
		{"a rehearsal that is misspelt", "POST", "/v1/feed-batches:upload?sender=a&validate_only=yes", "x", nil, 400, "REQUEST_JSON_INVALID"},
		{"an upload with a misspelt parameter", "POST", "/v1/feed-batches:upload?sender=a&validateonly=true", "x", nil, 400, "REQUEST_FIELD_UNKNOWN"},
		{"an upload with a parameter twice", "POST", "/v1/feed-batches:upload?sender=a&fileName=b&file_name=c", "x", nil, 400, "REQUEST_VALUE_REPEATED"},
		{"a compressed upload", "POST", "/v1/feed-batches:upload?sender=a", "x", []string{"Content-Encoding", "gzip"}, 400, "CONTENT_ENCODING_UNSUPPORTED"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := do(h, c.method, c.target, c.body, c.headers...)
			refused(t, w, c.status, c.reason)
			if strings.Contains(w.Body.String(), canary) || strings.Contains(w.Body.String(), "1e99") {
				t.Errorf("the answer repeats a value: %s", w.Body)
			}
			if c.status == 405 && w.Header().Get("Allow") == "" {
				t.Error("no Allow header")
			}
			f.untouched(t)
		})
	}
}

func TestAnUnknownFieldIsNamed(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	for _, w := range []string{
		do(h, "POST", "/v1/residents:lookup", `{"numbr":"1"}`).Body.String(),
		do(h, "GET", "/v1/doses?numbr=1", "").Body.String(),
	} {
		if !strings.Contains(w, "numbr") {
			t.Errorf("the field is not named: %s", w)
		}
	}
	if w := do(h, "GET", "/v1/doses?pageSize=x", "").Body.String(); !strings.Contains(w, "page_size") {
		t.Errorf("the parameter is not named: %s", w)
	}
}

func TestAllowedMethodsAreSaid(t *testing.T) {
	h := newFake(t).gateway(t)
	if got := do(h, "PUT", "/v1/doses/a", "{}").Header().Get("Allow"); got != "GET, PATCH, DELETE" {
		t.Errorf("Allow: %s", got)
	}
}

func TestABodyThatIsTooLargeIsRefused(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	large := `{"requestId":"` + strings.Repeat("x", edge.MaxBody) + `"}`
	refused(t, do(h, "POST", "/v1/residents", large), http.StatusRequestEntityTooLarge, "REQUEST_TOO_LARGE")
	t.Run("also when it does not say so", func(t *testing.T) {
		url := listening(t, h)
		resp, err := http.Post(url+"/v1/residents", "application/json", struct{ *strings.Reader }{strings.NewReader(large)})
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", resp.StatusCode)
		}
	})
	f.untouched(t)
}

func TestParametersReachTheService(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	day := &date.Date{Year: 2026, Month: 6, Day: 30}
	cases := []struct {
		name, method, target, body string
		headers                    []string
		want                       any
	}{
		{"a date", "GET", "/v1/coverage?divisions=99&divisions=98&asOfDate=2026-06-30", "", nil, &aggregatorv1.GetCoverageRequest{Divisions: []string{"99", "98"}, AsOfDate: day}},
		{"a date under its proto name", "GET", "/v1/coverage?as_of_date=2026-06-30", "", nil, &aggregatorv1.GetCoverageRequest{AsOfDate: day}},
		{"a word of a list", "GET", "/v1/feed-batches/b/rows?outcomes=ROW_OUTCOME_CREATED", "", nil, &registryv1.ListFeedRowsRequest{BatchId: "b", Outcomes: []registryv1.RowOutcome{registryv1.RowOutcome_ROW_OUTCOME_CREATED}}},
		{"an encoded colon of a verb", "POST", "/v1/residents%3AbatchGet", `{"residentIds":["a"]}`, nil, &registryv1.BatchGetResidentsRequest{ResidentIds: []string{"a"}}},
		{"an id with an encoded colon", "GET", "/v1/residents/a%3Ab", "", nil, &registryv1.GetResidentRequest{ResidentId: "a:b"}},
		{"no body at all", "POST", "/v1/residents:batchGet", "", nil, &registryv1.BatchGetResidentsRequest{}},
		{"an Idempotency-Key", "POST", "/v1/education-attendances", `{}`, []string{"Idempotency-Key", `"k-1"`}, &archivev1.CreateEducationAttendanceRequest{RequestId: "k-1", EducationAttendance: &archivev1.EducationAttendance{}}},
		{"the longest Idempotency-Key", "POST", "/v1/education-attendances:batchCreate", `{}`, []string{"Idempotency-Key", strings.Repeat("k", 64)}, &archivev1.BatchCreateEducationAttendancesRequest{RequestId: strings.Repeat("k", 64)}},
		{"If-Match on DELETE", "DELETE", "/v1/health-archives/a", "", []string{"If-Match", `"7"`}, &archivev1.DeleteHealthArchiveRequest{HealthArchiveId: "a", Etag: "7"}},
		{"a weak If-Match", "DELETE", "/v1/health-archives/a", "", []string{"If-Match", `W/"7"`}, &archivev1.DeleteHealthArchiveRequest{HealthArchiveId: "a", Etag: "7"}},
		{"the etag as a parameter", "DELETE", "/v1/health-archives/a?etag=7", "", nil, &archivev1.DeleteHealthArchiveRequest{HealthArchiveId: "a", Etag: "7"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if w := do(h, c.method, c.target, c.body, c.headers...); w.Code != 200 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if diff := cmp.Diff(c.want, any(f.last(t).msg), protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAnUpdateNamesTheFieldsThatItsBodyHas(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	cases := []struct {
		name, query, body string
		headers           []string
		mask              []string
		etag              string
	}{
		{"whole fields, without what nobody can change", "", `{"doseId":"d","residentId":"r","etag":"3","createTime":"2026-01-01T00:00:00Z","doseDate":{"year":2026,"month":1,"day":2},"lotNumber":"x"}`, nil, []string{"dose_date", "lot_number"}, "3"},
		{"a field that is emptied", "", `{"etag":"3","lotNumber":null}`, nil, []string{"lot_number"}, "3"},
		{"an If-Match beside the body", "", `{"lotNumber":"x"}`, []string{"If-Match", `"3"`}, []string{"lot_number"}, "3"},
		{"the fields that were named", "?updateMask=doseDate,lot_number", `{"etag":"3"}`, nil, []string{"dose_date", "lot_number"}, "3"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if w := do(h, "PATCH", "/v1/doses/d"+c.query, c.body, c.headers...); w.Code != 200 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			got := f.last(t).msg.(interface {
				GetUpdateMask() *fieldMask
				GetDose() *dose
			})
			if diff := cmp.Diff(c.mask, got.GetUpdateMask().GetPaths()); diff != "" {
				t.Error(diff)
			}
			if got.GetDose().GetEtag() != c.etag || got.GetDose().GetDoseId() != "d" {
				t.Errorf("etag %q of %q", got.GetDose().GetEtag(), got.GetDose().GetDoseId())
			}
		})
	}
}

func TestHostileHeadersReachNoService(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	hostile := []string{}
	for i, name := range []string{
		"Grpc-Metadata-X-Role", "Grpc-Metadata-Authorization", "Grpc-Metadata-Authorization-Bin", "Grpc-Metadata-X-Request-Id", "Grpc-Timeout",
		"X-Role", "X-User", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-Ip", "Cookie", "Proxy-Authorization", "Te", "Grpcgateway-Authorization",
		"Grpc-Encoding", "Traceparent", "Baggage", "X-Original-Url", "X-Rewrite-Url", "From", "Via",
	} {
		hostile = append(hostile, name, "hostile-"+strconv.Itoa(i))
	}
	headers := append([]string{"Authorization", "Bearer t", "Accept-Language", "zh-CN"}, hostile...)
	for target, method := range map[string]string{"/v1/doses": "GET", "/v1/residents:lookup": "POST", "/v1/feed-batches:upload?sender=a": "POST", "/v1/feed-batches/a:rejects": "GET", "/v1/feed-batches/a:watch": "GET"} {
		t.Run(target, func(t *testing.T) {
			if w := do(h, method, target, "", headers...); w.Code != 200 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			md := f.last(t).md
			for key, values := range md {
				for _, v := range values {
					if strings.Contains(v, "hostile") || strings.Contains(v, "example.com") {
						t.Errorf("%s: %s", key, v)
					}
				}
			}
			if got := md.Get("authorization"); len(got) != 1 || got[0] != "Bearer t" {
				t.Errorf("authorization %q", got)
			}
			if got := md.Get("accept-language"); len(got) != 1 || got[0] != "zh-CN" {
				t.Errorf("language %q", got)
			}
			if got := md.Get("x-request-id"); len(got) != 1 || len(got[0]) != 32 {
				t.Errorf("request id %q", got)
			}
		})
	}
}
