package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/cmd/xinju/internal/outcome"
)

const theirKey = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lA=="

func (f *sharing) GetExchangeKey(context.Context, *registryv1.GetExchangeKeyRequest) (*registryv1.GetExchangeKeyResponse, error) {
	return &registryv1.GetExchangeKeyResponse{PublicKey: "b3Vycw=="}, nil
}

func (f *sharing) CreateExchangePeer(_ context.Context, r *registryv1.CreateExchangePeerRequest) (*registryv1.CreateExchangePeerResponse, error) {
	p := r.GetPeer()
	p.CreateTime = timestamppb.New(time.Date(2026, 6, 30, 1, 2, 3, 0, time.UTC))
	f.peers = append(f.peers, p)
	return &registryv1.CreateExchangePeerResponse{Peer: p}, nil
}

func (f *sharing) ListExchangePeers(_ context.Context, r *registryv1.ListExchangePeersRequest) (*registryv1.ListExchangePeersResponse, error) {
	at := len(r.GetPageToken())
	end := min(at+int(r.GetPageSize()), len(f.peers))
	resp := &registryv1.ListExchangePeersResponse{Peers: f.peers[at:end]}
	if end < len(f.peers) {
		resp.NextPageToken = strings.Repeat("x", end)
	}
	return resp, nil
}

func TestInstallationsAreMadeKnownToEachOther(t *testing.T) {
	f := &sharing{}
	run := f.start(t)
	say := func(in string, want outcome.Code, args ...string) string {
		t.Helper()
		code, out, errs := typed(t, Programs{}, in, nil, append(append([]string{"verify"}, args...), "--run", run)...)
		if code != want {
			t.Fatalf("%v: code %d: %s", args, code, errs)
		}
		return out
	}
	if out := say("", 0, "key"); out != "b3Vycw==\n" {
		t.Errorf("%q", out)
	}
	file := filepath.Join(t.TempDir(), "theirs.pub")
	if err := os.WriteFile(file, []byte(theirKey+"\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	say("", 0, "peer", "add", "county-b", "--key", file)
	say(theirKey, 0, "peer", "add", "county-c", "--key", "-")
	for _, p := range f.peers {
		if p.GetPublicKey() != theirKey {
			t.Errorf("%s has the key %q", p.GetName(), p.GetPublicKey())
		}
	}
	if out := say("", 0, "peer", "list", "-o", "csv"); out != "name,public_key,create_time\ncounty-b,"+theirKey+",2026-06-30T01:02:03Z\ncounty-c,"+theirKey+",2026-06-30T01:02:03Z\n" {
		t.Error(out)
	}
	if out := say("", 0, "peer", "list", "--limit", "1"); !strings.Contains(out, "county-b") || strings.Contains(out, "county-c") {
		t.Error(out)
	}
	say("", outcome.BadInput, "peer", "add", "county-d", "--key", "-")
	say("", outcome.BadInput, "peer", "add", "county-d", "--key", file+".none")
	if len(f.peers) != 2 {
		t.Errorf("%d installations", len(f.peers))
	}
}
