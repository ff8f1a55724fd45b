package edge

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// passed are the headers that reach a service, and no others do.
var passed = []string{"Authorization", "X-Request-Id", "Accept-Language"}

type callerKey struct{}

// asCaller remembers what a service gets to see of the request's headers.
func asCaller(r *http.Request) context.Context {
	md := metadata.MD{}
	for _, h := range passed {
		if v := r.Header.Get(h); v != "" && isASCII(v) {
			md.Set(strings.ToLower(h), v)
		}
	}
	return context.WithValue(r.Context(), callerKey{}, md)
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' })
}

// forward is the only way to a service. It replaces the metadata that the
// gateway library made from headers by the list above, bounds calls in time, and
// puts into requests what HTTP says in headers.
type forward struct {
	grpc.ClientConnInterface
	files bool // what streams here are files
}

func outgoing(ctx context.Context) context.Context {
	md, _ := ctx.Value(callerKey{}).(metadata.MD)
	return metadata.NewOutgoingContext(ctx, md.Copy())
}

// Invoke implements grpc.ClientConnInterface.
func (c forward) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	if m, ok := args.(proto.Message); ok {
		if err := complete(ctx, m.ProtoReflect()); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	return c.ClientConnInterface.Invoke(outgoing(ctx), method, args, reply, opts...)
}

// NewStream implements grpc.ClientConnInterface. A stream ends with its caller,
// or when the server stops; a file is given the time to end.
func (c forward) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	if c.files {
		return c.ClientConnInterface.NewStream(outgoing(ctx), desc, method, opts...)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	if stop := stopping(ctx); stop != nil {
		forget := context.AfterFunc(stop, func() { cancel(errStopping) })
		context.AfterFunc(ctx, func() { forget() })
	}
	s, err := c.ClientConnInterface.NewStream(outgoing(ctx), desc, method, opts...)
	if err != nil {
		cancel(err)
		return nil, err
	}
	return &peeked{ClientStream: s, method: method, ctx: ctx, cancel: cancel}, nil
}

// peeked reads the first message before it says that the stream has begun: only
// until then an error can have its own HTTP status.
type peeked struct {
	grpc.ClientStream
	method string
	ctx    context.Context // of the stream: says why it was cancelled
	cancel context.CancelCauseFunc
	first  proto.Message
	err    error
}

// Header implements grpc.ClientStream.
func (s *peeked) Header() (metadata.MD, error) {
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(strings.ReplaceAll(strings.TrimPrefix(s.method, "/"), "/", ".")))
	if err != nil {
		return nil, err
	}
	t, err := protoregistry.GlobalTypes.FindMessageByName(d.(protoreflect.MethodDescriptor).Output().FullName())
	if err != nil {
		return nil, err
	}
	first := t.New().Interface()
	if err := s.RecvMsg(first); errors.Is(err, io.EOF) {
		s.err = err
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	s.first = first
	return s.ClientStream.Header()
}

// RecvMsg implements grpc.ClientStream.
func (s *peeked) RecvMsg(m any) error {
	if s.err != nil {
		return s.err
	}
	if s.first != nil {
		proto.Merge(m.(proto.Message), s.first)
		s.first = nil
		return nil
	}
	err := s.ClientStream.RecvMsg(m)
	if err == nil {
		return nil
	}
	if errors.Is(context.Cause(s.ctx), errStopping) {
		err = errStopping
	}
	s.cancel(err)
	return err
}
