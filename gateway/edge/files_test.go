package edge_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/platform/rpcserver"
)

// zeros is a file of some length that exists nowhere. A client that has its
// answer early may go on reading the body it sends.
type zeros struct{ left atomic.Int64 }

func newZeros(size int64) *zeros {
	z := &zeros{}
	z.left.Store(size)
	return z
}

func (z *zeros) Read(p []byte) (int, error) {
	n := int(min(int64(len(p)), z.left.Load()))
	if n == 0 {
		return 0, io.EOF
	}
	clear(p[:n])
	z.left.Add(-int64(n))
	return n, nil
}

func TestAnUploadArrivesWholeAndIsNeverHeldWhole(t *testing.T) {
	// What is in use shall be what is held, not what nobody has swept yet.
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	f := newFake(t)
	const size = 192<<20 + 5
	sum, got := sha256.New(), 0
	var header *registryv1.FeedHeader
	var most uint64
	f.answer = func(call seen, stream grpc.ServerStream, out proto.Message) error {
		part := call.msg.(*registryv1.ImportFeedRequest)
		header = part.GetHeader()
		for n := 0; ; n++ {
			got += len(part.GetData())
			sum.Write(part.GetData())
			if n%64 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
			part = &registryv1.ImportFeedRequest{}
			if err := stream.RecvMsg(part); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return err
			}
		}
		out.(*registryv1.ImportFeedResponse).Batch = &registryv1.FeedBatch{BatchId: "b"}
		return nil
	}
	url := listening(t, f.gateway(t))
	resp, err := http.Post(url+`/v1/feed-batches:upload?sender=ga-990101&fileName=..%5C..%2Fjune.csv&validate_only=true&encoding=GB18030`, "text/csv", newZeros(size))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || !strings.Contains(string(text), `"batchId":"b"`) {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	whole := sha256.New()
	_, _ = io.Copy(whole, newZeros(size))
	if got != size || !bytes.Equal(sum.Sum(nil), whole.Sum(nil)) {
		t.Errorf("%d bytes of %d arrived", got, size)
	}
	if most > 96<<20 {
		t.Errorf("%d MiB in use while uploading", most>>20)
	}
	if header.GetSender() != "ga-990101" || header.GetFileName() != "june.csv" || !header.GetValidateOnly() || header.GetEncoding() != "GB18030" {
		t.Errorf("%v", header)
	}
}

func TestWhatAQuerySaysOfAFileReachesTheRegistry(t *testing.T) {
	f := newFake(t)
	var header *registryv1.FeedHeader
	f.answer = func(call seen, stream grpc.ServerStream, out proto.Message) error {
		header = call.msg.(*registryv1.ImportFeedRequest).GetHeader()
		for {
			if err := stream.RecvMsg(&registryv1.ImportFeedRequest{}); errors.Is(err, io.EOF) {
				return nil
			} else if err != nil {
				return err
			}
		}
	}
	const query = "?sender=a&profile=county&format=fixed&fixed_columns=HM:0:18,XM:18:10&delimiter=%7C&sheet=%E4%BA%BA&headerRow=2&no_quotes=true&row_element=r&date_system=1904"
	w := do(f.gateway(t), "POST", "/v1/feed-batches:upload"+query, "x", "Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	want := &registryv1.FeedHeader{
		Sender: "a", Profile: "county",
		Hints: &registryv1.FeedHints{
			Format: "FIXED", Delimiter: "|", Sheet: "人", HeaderRow: 2, NoQuotes: true, RowElement: "r", DateSystem: "1904",
			FixedColumns: []*registryv1.FixedColumn{{Name: "HM", ByteCount: 18}, {Name: "XM", From: 18, ByteCount: 10}},
		},
	}
	if w.Code != 200 || !proto.Equal(want, header) {
		t.Errorf("%d %s, %v", w.Code, w.Body, header)
	}
	for _, bad := range []string{"header_row=x", "no_header=maybe", "fixed_columns=a:1", "fixed_columns=a:x:1", "fixed_columns=a:1:x"} {
		if w := do(f.gateway(t), "POST", "/v1/feed-batches:upload?sender=a&"+bad, "x", "Content-Type", "text/csv"); w.Code != 400 {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

func TestAnUploadThatIsRefusedEarlyGetsTheReason(t *testing.T) {
	f := newFake(t)
	f.answer = func(seen, grpc.ServerStream, proto.Message) error { return rpcserver.Status(errNoBatch).Err() }
	body := newZeros(1 << 30)
	w := do(f.gateway(t), "POST", "/v1/feed-batches:upload?sender=a", "")
	refused(t, w, 404, "TEST_BATCH_NOT_FOUND")
	url := listening(t, f.gateway(t))
	resp, err := http.Post(url+"/v1/feed-batches:upload?sender=a", "text/csv", body)
	if err == nil { // otherwise the connection was cut while sending
		defer resp.Body.Close()
		if resp.StatusCode != 404 {
			t.Errorf("status %d", resp.StatusCode)
		}
	}
	if body.left.Load() == 0 {
		t.Error("the whole gigabyte was taken")
	}
}

func TestHalfAnUploadIsNotAnUpload(t *testing.T) {
	f := newFake(t)
	began, ended := make(chan struct{}), make(chan error, 1)
	f.answer = func(_ seen, stream grpc.ServerStream, _ proto.Message) error {
		close(began)
		for {
			if err := stream.RecvMsg(&registryv1.ImportFeedRequest{}); err != nil {
				ended <- err
				return err
			}
		}
	}
	url := listening(t, f.gateway(t))
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(conn, "POST /v1/feed-batches:upload?sender=a HTTP/1.1\r\nHost: h\r\nContent-Type: text/csv\r\nContent-Length: 1000000\r\n\r\n")
	_, _ = conn.Write(make([]byte, 600000))
	<-began
	_ = conn.(*net.TCPConn).CloseWrite()
	defer conn.Close()
	if err := <-ended; errors.Is(err, io.EOF) {
		t.Error("the registry took half a file for a whole one")
	}
}

func TestRejectsAreAFile(t *testing.T) {
	f := newFake(t)
	h := f.gateway(t)
	f.answer = func(_ seen, stream grpc.ServerStream, _ proto.Message) error {
		for _, part := range []string{"a,", "b\n"} {
			if err := stream.SendMsg(&registryv1.DownloadFeedRejectsResponse{Data: []byte(part)}); err != nil {
				return err
			}
		}
		return nil
	}
	w := do(h, "GET", "/v1/feed-batches/b:rejects", "")
	if w.Body.String() != "a,b\n" || w.Header().Get("Content-Type") != "text/csv" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%q %v", w.Body, w.Header())
	}
	if got := f.last(t).msg.(*registryv1.DownloadFeedRejectsRequest).GetBatchId(); got != "b" {
		t.Errorf("batch %q", got)
	}
	f.answer = func(seen, grpc.ServerStream, proto.Message) error { return nil }
	if w := do(h, "GET", "/v1/feed-batches/b:rejects", ""); w.Code != 204 {
		t.Errorf("none: %d", w.Code)
	}
	f.answer = func(seen, grpc.ServerStream, proto.Message) error { return rpcserver.Status(errNoBatch).Err() }
	refused(t, do(h, "GET", "/v1/feed-batches/b:rejects", ""), 404, "TEST_BATCH_NOT_FOUND")
}

func TestHalfTheRejectsBreakTheConnection(t *testing.T) {
	f := newFake(t)
	f.answer = func(_ seen, stream grpc.ServerStream, _ proto.Message) error {
		if err := stream.SendMsg(&registryv1.DownloadFeedRejectsResponse{Data: bytes.Repeat([]byte("a,b\n"), 1<<14)}); err != nil {
			return err
		}
		return status.Error(codes.Internal, "disk")
	}
	resp, body := get(t, t.Context(), listening(t, f.gateway(t))+"/v1/feed-batches/b:rejects")
	if _, err := io.Copy(io.Discard, body); resp.StatusCode == 200 && err == nil {
		t.Error("half a file looked like a whole one")
	}
}
