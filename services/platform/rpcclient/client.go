// Package rpcclient opens every gRPC connection in the suite, with the same
// deadlines, limits, retries and headers. It must not know any service.
package rpcclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/obs"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
)

// DefaultDeadline bounds a unary call, all its attempts together, whose context
// has no deadline. Streams get none.
const DefaultDeadline = 10 * time.Second

const (
	maxReceive = 16 << 20 // an answer may be larger than what servers take
	maxSend    = 8 << 20  // what servers take: fail here rather than there
)

// serviceConfig retries what never reached a handler or met a server that was
// away, and nothing else. An attempt may have had its effect before the connection
// broke, so every method that writes must be called with a request_id or an etag.
const serviceConfig = `{
  "loadBalancingConfig": [{"round_robin": {}}],
  "methodConfig": [{
    "name": [{}],
    "retryPolicy": {
      "maxAttempts": 4,
      "initialBackoff": "0.1s",
      "maxBackoff": "2s",
      "backoffMultiplier": 3,
      "retryableStatusCodes": ["UNAVAILABLE"]
    }
  }]
}`

var errTarget = errors.New("the target must be host:port")

// Options of a connection. The zero value calls a loopback address without a token.
type Options struct {
	Token    string        // bearer token sent with every call; "" sends none
	Deadline time.Duration // of unary calls whose context has none; 0 means DefaultDeadline
	Traces   trace.TracerProvider
	// Dialer replaces the network, for servers in this process; the target is
	// then only a name.
	Dialer func(ctx context.Context, addr string) (net.Conn, error)
}

// Dial returns a connection to target, "host:port", which connects at the first
// call. The transport is not encrypted yet, so that other targets than loopback
// are refused unless Dialer is given.
func Dial(target string, o Options) (*grpc.ClientConn, error) {
	if o.Dialer == nil {
		if strings.Contains(target, "/") {
			return nil, fmt.Errorf("dial %q: %w", target, errTarget)
		}
		if err := authz.CheckLoopback(target); err != nil {
			return nil, fmt.Errorf("dial: %w", err)
		}
	} else {
		target = "passthrough:///" + target
	}
	conn, err := grpc.NewClient(target, o.dialOptions()...)
	if err != nil {
		return nil, fmt.Errorf("dial %q: %w", target, err)
	}
	return conn, nil
}

func (o Options) dialOptions() []grpc.DialOption {
	if o.Deadline <= 0 {
		o.Deadline = DefaultDeadline
	}
	if o.Traces == nil {
		o.Traces = noop.NewTracerProvider()
	}
	opts := []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithNoProxy(), // a proxy of the environment must not see these calls
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDisableServiceConfig(), // the retry rules are ours, not DNS's
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReceive), grpc.MaxCallSendMsgSize(maxSend)),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		grpc.WithStatsHandler(otelgrpc.NewClientHandler(
			otelgrpc.WithTracerProvider(o.Traces),
			otelgrpc.WithMeterProvider(metricnoop.NewMeterProvider()),
			otelgrpc.WithPropagators(obs.Propagator),
		)),
		grpc.WithUnaryInterceptor(unary(o.Deadline)),
		grpc.WithStreamInterceptor(stream),
	}
	if o.Token != "" {
		opts = append(opts, grpc.WithPerRPCCredentials(bearer(o.Token)))
	}
	if o.Dialer != nil {
		opts = append(opts, grpc.WithContextDialer(o.Dialer))
	}
	return opts
}
