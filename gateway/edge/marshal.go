package edge

import (
	"bytes"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
)

// newJSON refuses unknown fields by name, writes enums as names and leaves out
// what is absent: a date that is not there is not a null.
func newJSON() *runtime.JSONPb {
	return &runtime.JSONPb{
		MarshalOptions:   protojson.MarshalOptions{EmitDefaultValues: true},
		UnmarshalOptions: protojson.UnmarshalOptions{DiscardUnknown: false},
	}
}

// jsonLines is JSON, and one JSON value a line for streams.
type jsonLines struct{ *runtime.JSONPb }

// StreamContentType implements runtime.StreamContentType.
func (jsonLines) StreamContentType(any) string { return "application/x-ndjson" }

// events writes a stream as server-sent events, for browsers' EventSource.
type events struct{ *runtime.JSONPb }

// ContentType implements runtime.Marshaler; single answers and errors stay JSON.
func (events) ContentType(any) string { return "application/json" }

// StreamContentType implements runtime.StreamContentType.
func (events) StreamContentType(any) string { return "text/event-stream" }

// Marshal implements runtime.Marshaler.
func (e events) Marshal(v any) ([]byte, error) {
	b, err := e.JSONPb.Marshal(v)
	if err != nil {
		return nil, err
	}
	return append([]byte("data: "), bytes.ReplaceAll(b, []byte("\n"), nil)...), nil
}

// Delimiter implements runtime.Delimited: a blank line ends an event.
func (events) Delimiter() []byte { return []byte("\n\n") }
