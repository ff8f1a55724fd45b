package rpcserver

import (
	"context"
	"net"
	"time"

	"xinju.dev/services/platform/audit"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/obs"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
)

// unknownMethod stands for every method that is not there: its name comes from
// outside and must reach neither metrics nor audit lines.
const unknownMethod = "unknown"

// call is what the steps know about one call.
type call struct {
	method    string // full name, or unknownMethod
	start     time.Time
	requestID string
	caller    authz.Caller
	reason    string // of the fault sent back
	streamed  bool
	seen      bool // the steps ran and wrote the audit line
	handle    func(context.Context) error
}

type callKey struct{}

// callOf returns the call that witness attached to ctx.
func callOf(ctx context.Context, method string) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return newCall(ctx, method)
}

func newCall(ctx context.Context, method string) *call {
	md, _ := metadata.FromIncomingContext(ctx)
	return &call{
		method: method, start: time.Now(), caller: authz.Anonymous,
		requestID: obs.AcceptRequestID(md.Get(obs.RequestIDHeader)),
	}
}

func (c *call) line(ctx context.Context, server, code string, took time.Duration) audit.Line {
	return audit.Line{
		Time: c.start, Server: server, Method: c.method, Code: code, Reason: c.reason, Caller: string(c.caller),
		Peer: peerOf(ctx), RequestID: c.requestID, Took: took, Streamed: c.streamed,
	}
}

func peerOf(ctx context.Context) string {
	p, ok := peer.FromContext(ctx)
	if !ok || p.Addr == nil {
		return ""
	}
	if tcp, ok := p.Addr.(*net.TCPAddr); ok {
		return tcp.IP.String() // the port says nothing a year later
	}
	return p.Addr.String()
}

// witness accounts for calls that end before any interceptor runs: a request too
// large or not decodable. Without it they would leave no audit line.
type witness struct{ s *Server }

func (w witness) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	method := info.FullMethodName
	if !w.s.known[method] {
		method = unknownMethod
	}
	return context.WithValue(ctx, callKey{}, newCall(ctx, method))
}

func (w witness) HandleRPC(ctx context.Context, event stats.RPCStats) {
	end, ok := event.(*stats.End)
	if !ok {
		return
	}
	if c, ok := ctx.Value(callKey{}).(*call); ok && !c.seen {
		w.s.settle(ctx, c, end.Error) //nolint:errcheck // the answer has gone out already
	}
}

func (witness) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (witness) HandleConn(context.Context, stats.ConnStats)                       {}
