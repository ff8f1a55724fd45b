package webhook_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/testkit"
)

var program = regexp.MustCompile("(?s)```go\n(package main.*?)```")

// The page's program is built and given what a receiver was really sent.
func TestTheExampleOfThePageChecksARealRequest(t *testing.T) {
	page, err := os.ReadFile("../../../docs/sharing.md")
	if err != nil {
		t.Fatal(err)
	}
	found := program.FindSubmatch(page)
	if found == nil {
		t.Fatal("the page has no program")
	}
	dir := t.TempDir()
	source, binary := filepath.Join(dir, "main.go"), filepath.Join(dir, "check")
	if err := os.WriteFile(source, found[1], 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, source).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	type request struct {
		header http.Header
		body   []byte
	}
	came := make(chan request, 1)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			came <- request{r.Header, body}
		}
	}))
	defer receiver.Close()
	w := build(t, testkit.SQLite(t, sets...), quick, nil)
	sub, secret := w.subscribe(t, receiver.URL)
	if _, err := w.TestSubscription(t.Context(), &feedv1.TestSubscriptionRequest{SubscriptionId: sub.GetSubscriptionId()}); err != nil {
		t.Fatal(err)
	}
	r := <-came
	stamp, signature := r.header.Get("Xinju-Timestamp"), r.header.Get("Xinju-Signature")
	old := strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10)
	for _, c := range []struct {
		name, secret, stamp, signature string
		body                           []byte
		says                           string
	}{
		{"what was sent", secret, stamp, signature, r.body, "signed\n"},
		{"with another secret", secret + "x", stamp, signature, r.body, "refused\n"},
		{"another body", secret, stamp, signature, append(bytes.Clone(r.body), ' '), "refused\n"},
		{"another time", secret, old, signature, r.body, "refused\n"},
		{"no signature", secret, stamp, "", r.body, "refused\n"},
	} {
		check := exec.CommandContext(t.Context(), binary)
		check.Env = append(os.Environ(), "SECRET="+c.secret, "TIMESTAMP="+c.stamp, "SIGNATURE="+c.signature)
		check.Stdin = bytes.NewReader(c.body)
		if out, _ := check.Output(); string(out) != c.says { // its exit code says the same
			t.Errorf("%s: %q, want %q", c.name, out, c.says)
		}
	}
}
