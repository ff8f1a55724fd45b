package webhook

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// What a name resolves to counts when the connection is made, whatever was
// accepted before.
func TestAConnectionIsRefusedByItsAddressAndNotByItsName(t *testing.T) {
	asked := 0
	here := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer here.Close()
	byName := strings.Replace(here.URL, "127.0.0.1", "localhost", 1)
	for _, c := range []struct {
		name     string
		set      Settings
		loopback bool
		url      string
		want     error
	}{
		{"elsewhere never leads here", Settings{}, false, here.URL, errAddress},
		{"by a name neither", Settings{}, false, byName, errAddress},
		{"also where private addresses are allowed", Settings{AllowPrivate: true}, false, byName, errAddress},
		{"here leads here", Settings{}, true, byName, nil},
	} {
		before := asked
		resp, err := client(c.set.complete(), c.loopback).Post(c.url, "text/plain", nil)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, c.want) || (asked > before) != (c.want == nil) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestRangesOfAddresses(t *testing.T) {
	for text, want := range map[string][3]bool{ // elsewhere, elsewhere with private ones, here
		"8.8.8.8":            {true, true, false},
		"2606:4700::1111":    {true, true, false},
		"10.1.2.3":           {false, true, false},
		"172.31.255.255":     {false, true, false},
		"172.32.0.1":         {true, true, false},
		"100.127.0.1":        {false, true, false},
		"fd12::1":            {false, true, false},
		"127.0.0.1":          {false, false, true},
		"::1":                {false, false, true},
		"::ffff:127.0.0.1":   {false, false, true},
		"::ffff:192.168.0.1": {false, true, false},
		"169.254.169.254":    {false, false, false},
		"fe80::1%eth0":       {false, false, false},
		"64:ff9b::7f00:1":    {false, false, false},
		"255.255.255.255":    {false, false, false},
		"0.0.0.0":            {false, false, false},
		"::":                 {false, false, false},
		"ff02::1":            {false, false, false},
	} {
		ip := netip.MustParseAddr(text)
		if got := [3]bool{allowed(ip, false, false), allowed(ip, false, true), allowed(ip, true, false)}; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestWaitsGrowAndVary(t *testing.T) {
	set := Settings{FirstRetry: time.Second, MaxRetry: 10 * time.Minute}
	seen := map[time.Duration]bool{}
	for failures, most := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 11: 10 * time.Minute, 5000: 10 * time.Minute} {
		for range 50 {
			d := backoff(set, failures)
			if d < most/2 || d > most {
				t.Fatalf("after %d failures %v, want %v to %v", failures, d, most/2, most)
			}
			seen[d] = true
		}
	}
	if len(seen) < 100 {
		t.Error("waits are in step with each other")
	}
}
