package rpcclient

import (
	"context"
	"time"

	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/obs"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// bearer shows the token on every call.
type bearer string

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{authz.Header: "Bearer " + string(b)}, nil
}

// RequireTransportSecurity is false while Dial refuses everything but loopback.
func (bearer) RequireTransportSecurity() bool { return false }

// String hides the token from whatever prints the credentials.
func (bearer) String() string { return "bearer ***" }

func unary(deadline time.Duration) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
		if _, set := ctx.Deadline(); !set {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, deadline)
			defer cancel()
		}
		return invoke(withRequestID(ctx), method, req, reply, cc, opts...)
	}
}

func stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	return open(withRequestID(ctx), desc, cc, method, opts...)
}

// withRequestID sends on the id of the request that ctx serves, unless the caller
// has set one itself.
func withRequestID(ctx context.Context) context.Context {
	id := obs.RequestID(ctx)
	if id == "" {
		return ctx
	}
	if md, ok := metadata.FromOutgoingContext(ctx); ok && len(md.Get(obs.RequestIDHeader)) > 0 {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, obs.RequestIDHeader, id)
}
