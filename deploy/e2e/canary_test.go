package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"xinju.dev/deploy/client"

	"xinju.dev/deploy/synthetic"
)

// noNumbers fails when anything written down holds an identity number of the
// county's people, of 18 digits or as any run of 12 of them.
func noNumbers(t *testing.T, where string, text []byte) {
	t.Helper()
	if len(text) == 0 {
		t.Errorf("%s is empty: nothing was looked at", where)
	}
	digits := runs(text)
	for p := range county(people).People() {
		if digits[p.Number[2:14]] {
			t.Errorf("%s holds an identity number (of person %d)", where, p.Index)
			return
		}
	}
	ofStories.Range(func(number, _ any) bool {
		if digits[number.(string)[2:14]] {
			t.Errorf("%s holds an identity number of somebody in a story", where)
		}
		return true
	})
}

// ofStories are the identity numbers of whom the stories are about.
var ofStories sync.Map

// runs lists every 12 characters that stand in a run of digits.
func runs(text []byte) map[string]bool {
	found := map[string]bool{}
	for _, run := range bytes.FieldsFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != 'X' }) {
		for i := 0; i+12 <= len(run); i++ {
			found[string(run[i:i+12])] = true
		}
	}
	return found
}

func TestTheCanaryIsSeen(t *testing.T) {
	var person *synthetic.Person
	for p := range county(people).People() {
		person = p
		break
	}
	if !runs([]byte(`{"cause":"duplicate ` + person.Number + `"}`))[person.Number[2:14]] {
		t.Error("a number in a log line is not seen")
	}
}

// askREST sends a person's number where it is wanted, where it is wrong and where
// it makes no sense, and returns everything that comes back.
func askREST(t *testing.T, run client.Run) []byte {
	t.Helper()
	var number string
	for p := range county(people).People() {
		number = p.Number
		break
	}
	wrong := number[:17] + string("0123456789"[(number[17]-'0'+1)%10])
	var all bytes.Buffer
	for _, one := range []struct{ path, body string }{
		{"/v1/residents:lookup", `{"documents":[{"type":"DOCUMENT_TYPE_CITIZEN","number":"` + number + `"}]}`},
		{"/v1/residents:lookup", `{"documents":[{"type":"DOCUMENT_TYPE_CITIZEN","number":"` + wrong + `"}]}`},
		{"/v1/residents:lookup", `{"documents":[{"type":"DOCUMENT_TYPE_CITIZEN","number":` + number + `}]}`},
		{"/v1/residents:lookup", `{"documents":"` + number + `"}`},
		{"/v1/residents", `{"resident":{"name":"某人","sex":"` + number + `"}}`},
		{"/v1/residents", `{"resident":{"` + number + `":1}}`},
		{"/v1/residence-events:batchRecord", `{"sender":"desk","events":[{"eventId":"e1","type":"EVENT_TYPE_ARRIVE","document":{"type":"DOCUMENT_TYPE_CITIZEN","number":"` + wrong + `"}}]}`},
		{"/v1/doses", `{"residentId":"` + number + `","product":"` + number + `"}`},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, run.REST+one.path, strings.NewReader(one.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+run.Token)
		fmt.Fprintf(&all, "%s\n", answer(t, req))
	}
	return all.Bytes()
}

func get(t *testing.T, url, token string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return answer(t, req)
}

func answer(t *testing.T, req *http.Request) []byte {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(resp.Body)
	if err != nil || len(body) == 0 {
		t.Fatalf("%s answered %d with nothing: %v", req.URL.Path, resp.StatusCode, err)
	}
	return body
}
