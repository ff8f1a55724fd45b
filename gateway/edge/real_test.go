package edge_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"xinju.dev/gateway/edge"
	"xinju.dev/services/archive"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/testkit"
)

// The whole life of a record over REST, with the real service and its database.
func TestARecordLivesOverRESTAsItDoesOverGRPC(t *testing.T) {
	f := newFake(t)
	sealer, err := seal.NewPlain(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	service, err := archive.New(archive.Deps{
		DB: testkit.SQLite(t, archive.Migrations()...), Now: testkit.NewClock(civil.Must("2026-06-30")).Now, Sealer: sealer,
	})
	if err != nil {
		t.Fatal(err)
	}
	h := f.gateway(t, func(c *edge.Config) { c.Backends.Archive = testkit.Serve(t, service.Register) })
	const path = "/v1/education-attendances"
	body := `{"residentId":"01J00000000000000000000001","educationDate":{"year":2026,"month":6,"day":1},"form":"EDUCATION_FORM_LECTURE","topic":"TOPIC"}`

	type record struct{ EducationAttendanceID, Etag string }
	create := func(body string) (record, *http.Response) {
		w := do(h, "POST", path, body, "Content-Type", "application/json", "Idempotency-Key", "k1")
		var made struct{ EducationAttendance record }
		if err := json.Unmarshal(w.Body.Bytes(), &made); err != nil {
			t.Fatalf("%v %s", err, w.Body)
		}
		if w.Code != 200 {
			t.Logf("%s", w.Body)
		}
		return made.EducationAttendance, w.Result()
	}
	first, resp := create(body)
	if resp.StatusCode != 200 || first.Etag == "" || resp.Header.Get("ETag") != `"`+first.Etag+`"` {
		t.Fatalf("%d %+v %v", resp.StatusCode, first, resp.Header)
	}
	if again, _ := create(body); again != first {
		t.Errorf("a retry made %+v beside %+v", again, first)
	}
	if _, resp := create(strings.Replace(body, "2026", "2025", 1)); resp.StatusCode != http.StatusConflict {
		t.Errorf("the key for another record: %d", resp.StatusCode)
	}
	at := path + "/" + first.EducationAttendanceID
	change := `{"educationDate":{"year":2026,"month":6,"day":2}}`
	w := do(h, "PATCH", at, change, "If-Match", `"`+first.Etag+`"`)
	if w.Code != 200 || !strings.Contains(strings.ReplaceAll(w.Body.String(), " ", ""), `"day":2`) || !strings.Contains(w.Body.String(), "TOPIC") {
		t.Fatalf("the change: %d %s", w.Code, w.Body)
	}
	refused(t, do(h, "PATCH", at, change, "If-Match", `"`+first.Etag+`"`), http.StatusConflict, "RECORD_CHANGED")
	if w := do(h, "GET", path+"?residentId=01J00000000000000000000001&fromDate=2026-06-02&untilDate=2026-06-02", ""); !strings.Contains(w.Body.String(), first.EducationAttendanceID) {
		t.Errorf("the list: %d %s", w.Code, w.Body)
	}
	if w := do(h, "DELETE", at, "", "If-Match", w.Header().Get("ETag")); w.Code != 200 {
		t.Errorf("voiding: %d %s", w.Code, w.Body)
	}
	refused(t, do(h, "GET", path+"/01J00000000000000000000009", ""), http.StatusNotFound, "RECORD_NOT_FOUND")
	f.untouched(t)
}
