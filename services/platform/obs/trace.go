package obs

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Propagator carries a trace between processes as W3C trace context. Baggage is
// left out on purpose: it is free text from outside that would be passed on.
var Propagator propagation.TextMapPropagator = propagation.TraceContext{}

// TraceOptions says where spans go.
type TraceOptions struct {
	Service  string
	Endpoint string  // host:port of an OTLP collector over gRPC; "" exports nothing
	Plain    bool    // no TLS to the collector
	Sample   float64 // share of new traces to keep, 0–1; a caller's decision is followed
}

// Tracing is the source of spans; Stop sends what is left and ends it.
type Tracing struct {
	Provider oteltrace.TracerProvider
	Stop     func(context.Context) error
}

// NewTracing returns a provider that exports to o.Endpoint, or one that makes no
// spans and costs nothing when there is no endpoint. A collector that is away
// does not hold up the start, nor any call.
func NewTracing(ctx context.Context, o TraceOptions) (*Tracing, error) {
	if o.Endpoint == "" {
		return &Tracing{Provider: noop.NewTracerProvider(), Stop: func(context.Context) error { return nil }}, nil
	}
	opts := []otlptracegrpc.Option{otlptracegrpc.WithEndpoint(o.Endpoint)}
	if o.Plain {
		opts = append(opts, otlptracegrpc.WithInsecure())
	}
	exporter, err := otlptracegrpc.New(ctx, opts...)
	if err != nil {
		return nil, fmt.Errorf("open trace exporter: %w", err)
	}
	p := trace.NewTracerProvider(
		trace.WithBatcher(exporter),
		trace.WithSampler(trace.ParentBased(trace.TraceIDRatioBased(o.Sample))),
		trace.WithResource(resource.NewSchemaless(
			attribute.String("service.name", o.Service), attribute.String("service.version", Build().Version))),
	)
	return &Tracing{Provider: p, Stop: p.Shutdown}, nil
}
