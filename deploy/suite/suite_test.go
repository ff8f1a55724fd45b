package suite_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/suite"
	"xinju.dev/services/platform/audit"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/clock"
)

func config(dir string) suite.Config {
	return suite.Config{DataDir: dir, HTTPAddr: "127.0.0.1:0", GRPCPort: -1, Now: clock.On(civil.Must("2026-06-30"))}
}

// run runs a suite and returns where it is and how to stop it.
func run(t *testing.T, c suite.Config) (s *suite.Suite, stop func()) {
	t.Helper()
	s, err := suite.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.Run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
	case err := <-ended:
		t.Fatalf("ended while starting: %v", err)
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("did not stop in order: %v", err)
			}
		})
	}
	t.Cleanup(stop)
	return s, stop
}

func TestAddressesThatAreTakenAreReplacedAndSaid(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // the test ends
	c := config(t.TempDir())
	c.HTTPAddr = taken.Addr().String()
	s, _ := run(t, c)
	if len(s.Moved()) != 1 || !strings.Contains(s.Moved()[0], taken.Addr().String()) {
		t.Errorf("said %q", s.Moved())
	}
	if s.Address().REST == "http://"+taken.Addr().String() {
		t.Error("the address is still the one that is taken")
	}
}

func TestAddressesThatOtherMachinesCouldReachAreRefused(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:8080", "[::]:0", "example.org:80"} {
		c := config(t.TempDir())
		c.HTTPAddr = addr
		if _, err := suite.Open(t.Context(), c); !errors.Is(err, authz.ErrNotLoopback) {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestAFolderIsKept(t *testing.T) {
	dir := t.TempDir()
	s, stop := run(t, config(dir))
	create(t, s.Address())
	stop()
	again, _ := run(t, config(dir))
	to := dial(t, again.Address())
	got, err := to.Places.GetDivision(t.Context(), &registryv1.GetDivisionRequest{DivisionCode: "990000000000"})
	if err != nil || got.GetDivision().GetName() != "示例省" {
		t.Errorf("after a restart: %v, %v", got, err)
	}
}

func TestAFolderHasOneSuiteAtATime(t *testing.T) {
	dir := t.TempDir()
	_, stop := run(t, config(dir))
	if _, err := suite.Open(t.Context(), config(dir)); !errors.Is(err, suite.ErrInUse) {
		t.Errorf("a second suite on the folder: %v", err)
	}
	stop()
	run(t, config(dir))
}

func TestNobodyIsLetInWithoutTheToken(t *testing.T) {
	s, _ := run(t, config(t.TempDir()))
	where := s.Address()
	for _, token := range []string{"", "Bearer wrong", "Bearer " + where.Token + "x", where.Token} {
		if code, reason := rest(t, where.REST+"/v1/divisions", token); code != http.StatusUnauthorized || !strings.HasPrefix(reason, "AUTHORIZATION_") {
			t.Errorf("with %d characters of authorization REST answers %d %s", len(token), code, reason)
		}
	}
	if code, _ := rest(t, where.REST+"/v1/divisions", "Bearer "+where.Token); code != http.StatusOK {
		t.Errorf("with the token: %d", code)
	}
	where.Token = "another"
	if _, err := dial(t, where).Places.ListDivisions(t.Context(), &registryv1.ListDivisionsRequest{}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("gRPC with another token: %v", err)
	}
}

// In memory the calls of the gateway go through the same interceptors as calls on
// a port: each leaves its line.
func TestEveryCallLeavesAnAuditLine(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]int{}
	c := config(t.TempDir())
	c.Audit = audit.Func(func(_ context.Context, l audit.Line) error {
		mu.Lock()
		defer mu.Unlock()
		seen[l.Method]++
		return nil
	})
	s, _ := run(t, c)
	rest(t, s.Address().REST+"/v1/divisions", "Bearer "+s.Address().Token)
	if _, err := dial(t, s.Address()).Places.ListDivisions(t.Context(), &registryv1.ListDivisionsRequest{}); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if got := seen["/xinju.registry.v1.PlaceService/ListDivisions"]; got != 2 {
		t.Errorf("two calls left %d lines: %v", got, seen)
	}
}

func dial(t *testing.T, r client.Run) *client.Suite {
	t.Helper()
	to, err := client.Dial(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = to.Close() })
	return to
}

func create(t *testing.T, r client.Run) {
	t.Helper()
	_, err := dial(t, r).Places.BatchCreateDivisions(t.Context(), &registryv1.BatchCreateDivisionsRequest{Divisions: []*registryv1.Division{
		{DivisionCode: "990000000000", Name: "示例省", Level: registryv1.DivisionLevel_DIVISION_LEVEL_PROVINCE},
	}})
	if err != nil {
		t.Fatal(err)
	}
}

// rest asks and returns the status and the reason of a refusal.
func rest(t *testing.T, url, authorization string) (code int, reason string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var st struct {
		Details []struct{ Reason string }
	}
	_ = json.Unmarshal(body, &st) // answers that are no refusal have no reason
	for _, d := range st.Details {
		if d.Reason != "" {
			reason = d.Reason
		}
	}
	return resp.StatusCode, reason
}
