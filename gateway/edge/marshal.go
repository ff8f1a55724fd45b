package edge

import (
	"bytes"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
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

const eventStream = "text/event-stream"

// events writes a stream as server-sent events; a single answer stays JSON.
type events struct{ *runtime.JSONPb }

// ContentType implements runtime.Marshaler.
func (events) ContentType(any) string { return "application/json" }

// StreamContentType implements runtime.StreamContentType.
func (events) StreamContentType(any) string { return eventStream }

// Marshal implements runtime.Marshaler. The library wraps parts of streams in
// maps; messages alone are single answers.
func (e events) Marshal(v any) ([]byte, error) {
	b, err := e.JSONPb.Marshal(v)
	if _, single := v.(proto.Message); single || err != nil {
		return b, err
	}
	event := "data: "
	if m, ok := v.(map[string]proto.Message); ok && m["error"] != nil {
		event = "event: error\ndata: "
	}
	return append([]byte(event), bytes.ReplaceAll(b, []byte("\n"), nil)...), nil
}

// Delimiter implements runtime.Delimited: a blank line ends an event.
func (events) Delimiter() []byte { return []byte("\n\n") }
