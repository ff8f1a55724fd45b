package edge_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/gateway/edge"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/rpcserver"
)

var errNoBatch = fault.New(fault.NotFound, "TEST_BATCH_NOT_FOUND", "no such batch", "没有该批次")

// watch makes f send n states of a batch, then end as last says.
func (f *fake) watch(n int, last error) {
	f.answer = func(_ seen, stream grpc.ServerStream, _ proto.Message) error {
		for range n {
			if err := stream.SendMsg(&registryv1.WatchFeedBatchResponse{Batch: &registryv1.FeedBatch{BatchId: "b"}}); err != nil {
				return err
			}
		}
		return last
	}
}

func TestAWatchIsALineAnEvent(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	f.watch(2, nil)
	w := do(h, "GET", "/v1/feed-batches/b:watch", "")
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	if w.Header().Get("Content-Type") != "application/x-ndjson" || len(lines) != 2 || !strings.HasPrefix(lines[1], `{"result":{"batch":{"batchId":"b"`) {
		t.Errorf("%s: %q", w.Header().Get("Content-Type"), lines)
	}
	w = do(h, "GET", "/v1/feed-batches/b:watch", "", "Accept", "text/event-stream, */*;q=0.1")
	blocks := strings.Split(strings.TrimSpace(w.Body.String()), "\n\n")
	if w.Header().Get("Content-Type") != "text/event-stream" || len(blocks) != 2 || !strings.HasPrefix(blocks[0], `data: {"result":{"batch":`) {
		t.Errorf("%s: %q", w.Header().Get("Content-Type"), blocks)
	}
}

func TestASingleAnswerIsJSONEvenForEventSources(t *testing.T) {
	h := newFake(t).gateway(t)
	w := do(h, "GET", "/v1/doses", "", "Accept", "text/event-stream")
	if got := w.Body.String(); !strings.HasPrefix(got, "{") || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%s: %q", w.Header().Get("Content-Type"), got)
	}
}

func TestAWatchThatFailsBeforeItBeganHasItsStatus(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	f.watch(0, rpcserver.Status(errNoBatch).Err())
	for _, accept := range []string{"*/*", "text/event-stream"} {
		refused(t, do(h, "GET", "/v1/feed-batches/b:watch", "", "Accept", accept), 404, "TEST_BATCH_NOT_FOUND")
	}
}

func TestAWatchThatFailsLaterSaysSoInItsLastPart(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	f.watch(1, status.Error(codes.Unavailable, "dial tcp 10.1.2.3: "+canary))
	w := do(h, "GET", "/v1/feed-batches/b:watch", "")
	lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[1], `{"error":{"code":14`) || strings.Contains(lines[1], canary) {
		t.Errorf("%q", lines)
	}
	w = do(h, "GET", "/v1/feed-batches/b:watch", "", "Accept", "text/event-stream")
	if got := w.Body.String(); !strings.Contains(got, "\n\nevent: error\ndata: {\"error\":") {
		t.Errorf("%q", got)
	}
}

// endless makes f watch until its caller is gone, and tells of it.
func (f *fake) endless() (gone chan error) {
	gone = make(chan error, 1)
	f.answer = func(_ seen, stream grpc.ServerStream, _ proto.Message) error {
		err := stream.SendMsg(&registryv1.WatchFeedBatchResponse{Batch: &registryv1.FeedBatch{BatchId: "b"}})
		if err == nil {
			<-stream.Context().Done()
			err = stream.Context().Err()
		}
		gone <- err
		return err
	}
	return gone
}

func get(t *testing.T, ctx context.Context, url string) (*http.Response, *bufio.Reader) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp, bufio.NewReader(resp.Body)
}

func TestAWatchEndsWithItsReader(t *testing.T) {
	f := newFake(t)
	gone := f.endless()
	url := listening(t, f.gateway(t))
	ctx, leave := context.WithCancel(t.Context())
	_, lines := get(t, ctx, url+"/v1/feed-batches/b:watch")
	if line, err := lines.ReadString('\n'); err != nil || !strings.Contains(line, `"b"`) {
		t.Fatalf("%q %v", line, err)
	}
	leave()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestStoppingEndsWatchesAtOnceAndLetsCallsFinish(t *testing.T) {
	f := newFake(t)
	f.endless()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	part := edge.Part(edge.NewServer(f.gateway(t)), lis, time.Minute)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	ready := make(chan struct{})
	go func() { ended <- part.Run(ctx, func() { close(ready) }) }()
	<-ready
	_, lines := get(t, t.Context(), "http://"+lis.Addr().String()+"/v1/feed-batches/b:watch")
	if _, err := lines.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	stop()
	last, err := lines.ReadString('\n')
	if err != nil || !strings.Contains(last, "GATEWAY_STOPPING") {
		t.Errorf("%q %v", last, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", lis.Addr().String()); err == nil {
		t.Error("still listening")
	}
}
