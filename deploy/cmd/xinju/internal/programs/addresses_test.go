package programs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// rest asks a suite over REST and follows the addresses that its answers name.
type rest struct {
	t     *testing.T
	r     running
	seen  map[string]bool
	lists int // whose length was compared with their number
}

// ask calls an address; of a stream the answer is a list of its messages.
func (c *rest) ask(method, address, body string) (messages []any) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.r.where.REST+address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.r.where.Token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		c.t.Fatalf("%s %s: %d %s %v", method, address, resp.StatusCode, raw, err)
	}
	lines := json.NewDecoder(bytes.NewReader(raw))
	for {
		var m any
		if err := lines.Decode(&m); err == io.EOF {
			return messages
		} else if err != nil {
			c.t.Fatalf("%s: %s: %v", address, raw, err)
		}
		messages = append(messages, m)
	}
}

// digits are what differs from one address to the next of its kind.
var digits = regexp.MustCompile(`=[^&]*[0-9][^&]*`)

// walk looks at every number of an answer: each has its address, or its terms have
// theirs. One address of each kind and count is followed.
func (c *rest) walk(at string, m any) {
	c.t.Helper()
	switch m := m.(type) {
	case []any:
		for _, x := range m {
			c.walk(at, x)
		}
	case map[string]any:
		if row, _ := m["row"].(map[string]any); row != nil && m["termsUri"] != nil {
			row["termsUri"] = m["termsUri"] // of a number of a report
		}
		c.row(at, m)
		c.open(at, m)
		for key, x := range m {
			if uri, is := x.(string); is && strings.HasSuffix(key, "Uri") && uri != "" {
				c.follow(at, key, uri, m)
			} else if key == "lists" {
				for count, uri := range x.(map[string]any) {
					c.follow(at, count, uri.(string), m)
				}
			} else {
				c.walk(at+"."+key, x)
			}
		}
	}
}

// row fails when a number of coverage opens into nothing.
func (c *rest) row(at string, m map[string]any) {
	c.t.Helper()
	_, counted := m["eligible"]
	_, isRow := m["indicatorId"]
	if awaits, _ := m["awaits"].(string); !counted || !isRow || awaits != "" {
		return
	}
	uri, _ := m["eligibleListUri"].(string)
	if m["kind"] == "INDICATOR_KIND_RATIO" {
		if ratio, _ := m["ratio"].(map[string]any); ratio["numeratorTerms"] != nil {
			return // its terms open
		}
		uri, _ = m["termsUri"].(string)
	}
	if uri == "" {
		c.t.Errorf("%s: %v opens into nothing", at, m)
	}
}

// open fails when a count of another kind opens into nothing.
func (c *rest) open(at string, m map[string]any) {
	c.t.Helper()
	for count, uri := range map[string]string{"hasRateChange": "beforeUri", "totalChanges": "changesListUri", "changes": "changesListUri"} {
		if n := m[count]; n != nil && n != false && n != 0.0 && n != "0" {
			if address, _ := m[uri].(string); address == "" {
				c.t.Errorf("%s: %s of %v opens into nothing", at, count, m)
			}
		}
	}
}

// follow calls an address; what lists people is as long as the number beside it.
func (c *rest) follow(at, key, uri string, beside map[string]any) {
	c.t.Helper()
	root, _, _ := strings.Cut(at, ">")
	kind := root + key + digits.ReplaceAllString(uri, "")
	if c.seen[kind] {
		return
	}
	c.seen[kind] = true
	answer := c.ask("GET", uri, "")
	number := numberBeside(key, uri, beside)
	if first, _ := answer[0].(map[string]any); number != nil && first["totalSize"] != nil {
		c.lists++
		if got := fmt.Sprint(first["totalSize"]); got != fmt.Sprint(number) {
			c.t.Errorf("%s: %s beside %v lists %s", at, key, number, got)
		}
	}
	if strings.Contains(uri, "policy-packs:what-if") {
		c.changes(at, key, number, answer)
	}
	c.walk(at+">", answer)
}

// numberBeside is the number that an address stands beside; nil when it is none.
func numberBeside(key, uri string, beside map[string]any) any {
	if all := beside["totalChanges"]; all != nil {
		return all
	}
	eligible, _ := beside["eligible"].(float64)
	covered, _ := beside["covered"].(float64)
	switch {
	case key == "uncoveredListUri":
		return eligible - covered
	case key != "listUri":
		return beside[strings.TrimSuffix(key, "ListUri")]
	case beside["count"] != nil:
		return beside["count"]
	case strings.Contains(uri, "MEMBER_SET_ELIGIBLE") || strings.Contains(uri, "MEMBER_SET_COVERED"):
		return beside["value"]
	}
	return nil
}

// changes adds up the lines of a what-if.
func (c *rest) changes(at, key string, number any, answer []any) {
	c.t.Helper()
	sum, lines := 0.0, 0
	for _, m := range answer {
		result, _ := m.(map[string]any)["result"].(map[string]any)
		people, _ := result["people"].([]any)
		for _, p := range people {
			lines++
			n, _ := p.(map[string]any)[strings.TrimSuffix(key, "ListUri")].(float64)
			sum += n
		}
	}
	if key == "changesListUri" {
		sum = float64(lines)
	}
	c.lists++
	if fmt.Sprint(number) != fmt.Sprint(sum) {
		c.t.Errorf("%s: %s beside %v lists %v", at, key, number, sum)
	}
}

// TestEveryNumberOfRESTOpensByTheAddressBesideIt on a real suite: of what is known
// today, of a frozen report with its ratios, of a comparison and of a what-if run.
func TestEveryNumberOfRESTOpensByTheAddressBesideIt(t *testing.T) {
	r := start(t)
	r.load(t, 300)
	figures := filepath.Join(t.TempDir(), "figures.csv")
	if err := os.WriteFile(figures, []byte("figure,division,date,value,source\nverifications_due,990101,2026-06-01,4,x\nverifications_in_time,990101,2026-06-01,3,x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &rest{t: t, r: r, seen: map[string]bool{}}
	if code, _, errs := r.xinju(t, "figures load "+figures); code != 0 {
		t.Fatal(errs)
	}
	for _, line := range []string{
		"report freeze --division 990101 --by township", "report freeze --division 990101 --by township --indicator MAT02,DQS01,HED02,IMM03",
	} {
		if code, _, errs := r.xinju(t, line); code != 0 {
			t.Fatal(errs)
		}
	}
	const of = "division=990101000000"
	for _, address := range []string{
		"/v1/coverage?divisions=990101000000", "/v1/coverage?divisions=990101000000&group_level=4&indicator_ids=DQS01&indicator_ids=MAT02",
		"/v1/league?" + of + "&indicator_id=IMM03", "/v1/league?" + of + "&indicator_id=DQS01", "/v1/warnings?" + of, "/v1/forecast?" + of + "&days=30&item_ids=IMM03",
		"/v1/chase:stats?" + of + "&indicator_id=HED01", "/v1/unplaced",
	} {
		c.walk(address, c.ask("GET", address, ""))
	}
	reports := c.ask("GET", "/v1/reports", "")[0].(map[string]any)["reports"].([]any)
	for _, one := range reports {
		id := one.(map[string]any)["reportId"].(string)
		c.walk("report", c.ask("GET", "/v1/reports/"+id, ""))
		c.walk("compare", c.ask("POST", "/v1/reports/"+id+":compare", "{}"))
	}
	question, err := json.Marshal(map[string]any{"sourceYaml": oneMonth, "division": "990101000000", "asOfDate": map[string]int{"year": 2026, "month": 6, "day": 30}, "groupLevel": 4, "maxPeople": -1})
	if err != nil {
		t.Fatal(err)
	}
	before := c.lists
	c.walk("what-if", c.ask("POST", "/v1/policy-packs:what-if", string(question)))
	if len(reports) != 2 || before < 40 || c.lists < before+5 {
		t.Errorf("%d reports, %d lists compared before the what-if and %d in all", len(reports), before, c.lists)
	}
}
