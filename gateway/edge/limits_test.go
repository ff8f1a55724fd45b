package edge_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"xinju.dev/gateway/edge"
)

func TestTooManyCallsAtOnceAreRefused(t *testing.T) {
	f := newFake(t)
	begun, finish := make(chan struct{}, 2), make(chan struct{})
	f.answer = func(c seen, _ grpc.ServerStream, _ proto.Message) error {
		begun <- struct{}{}
		<-finish
		return nil
	}
	h := f.gateway(t, func(c *edge.Config) { c.Limit = 2 })
	done := make(chan int, 2)
	go func() { done <- do(h, "GET", "/v1/doses", "").Code }()
	go func() { done <- do(h, "GET", "/v1/feed-batches/b:rejects", "").Code }()
	<-begun
	<-begun
	w := do(h, "GET", "/v1/doses", "")
	refused(t, w, 503, "GATEWAY_BUSY")
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if w := do(h, "GET", "/docs", ""); w.Code != 200 {
		t.Errorf("the page: %d", w.Code)
	}
	close(finish)
	<-done
	<-done
	if w := do(h, "GET", "/v1/doses", ""); w.Code != 200 {
		t.Errorf("afterwards: %d", w.Code)
	}
}

func TestStreamsLeaveRoomForCalls(t *testing.T) {
	f := newFake(t)
	gone := f.endless()
	h := f.gateway(t, func(c *edge.Config) { c.Limit = 2 })
	url := listening(t, h)
	resp, lines := get(t, t.Context(), url+"/v1/feed-batches/b:watch")
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	refused(t, do(h, "GET", "/v1/feed-batches/c:watch", ""), 503, "GATEWAY_BUSY")
	f.mu.Lock()
	f.answer = nil
	f.mu.Unlock()
	if w := do(h, "GET", "/v1/doses", ""); w.Code != 200 {
		t.Errorf("a call beside it: %d", w.Code)
	}
	_ = resp.Body.Close()
	<-gone
}

func TestHeadersAreBounded(t *testing.T) {
	url := listening(t, newFake(t).gateway(t))
	req, _ := http.NewRequestWithContext(t.Context(), "GET", url+"/v1/doses", nil)
	req.Header.Set("X-Long", strings.Repeat("x", 40<<10))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", resp.StatusCode)
	}
}

func TestTheServerWaitsForNobodyForEver(t *testing.T) {
	srv := edge.NewServer(http.NotFoundHandler())
	if srv.ReadHeaderTimeout <= 0 || srv.IdleTimeout <= 0 || srv.MaxHeaderBytes <= 0 {
		t.Fatalf("%+v", srv)
	}
	url := listening(t, newFake(t).gateway(t))
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\nGET /v1/doses HTTP/1.1\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	if err != nil || resp.StatusCode != 404 {
		t.Fatalf("%v %v", resp, err)
	}
	_ = resp.Body.Close()
	// The second request never ends: the server does (after ReadHeaderTimeout).
	if rest, err := io.ReadAll(in); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("%q %v", rest, err)
	}
}
