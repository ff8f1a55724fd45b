package edge

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"xinju.dev/services/platform/recordkind"
)

// byKind sends each call of RecordImportService to the service that owns the
// kind of record it is about.
type byKind map[string]grpc.ClientConnInterface // by service

func recordServices(b Backends) byKind {
	return byKind{"archive": b.Archive, "immunization": b.Immunization, "maternal": b.Maternal, "familyplanning": b.FamilyPlanning}
}

// of finds the service of a message.
func (b byKind) of(msg any) (grpc.ClientConnInterface, error) {
	m, _ := msg.(interface{ GetKind() string })
	if m == nil {
		return nil, errNoRoute
	}
	return b.owner(m.GetKind())
}

func (b byKind) owner(kind string) (grpc.ClientConnInterface, error) {
	name, ok := recordkind.Owner(kind)
	if !ok || b[name] == nil {
		return nil, errNoRoute
	}
	return b[name], nil
}

// Invoke implements grpc.ClientConnInterface.
func (b byKind) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	conn, err := b.of(args)
	if err != nil {
		return err
	}
	return conn.Invoke(ctx, method, args, reply, opts...)
}

// NewStream implements grpc.ClientConnInterface. Which service it goes to is
// known with the first message.
func (b byKind) NewStream(ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	return &chosen{ctx: ctx, open: func(msg any) (grpc.ClientStream, error) {
		conn, err := b.of(msg)
		if err != nil {
			return nil, err
		}
		return conn.NewStream(ctx, desc, method, opts...)
	}}, nil
}

// chosen is a stream that is opened with its first message.
type chosen struct {
	ctx    context.Context // of the call, until there is a stream
	open   func(msg any) (grpc.ClientStream, error)
	stream grpc.ClientStream
}

// SendMsg implements grpc.ClientStream.
func (s *chosen) SendMsg(msg any) (err error) {
	if s.stream == nil {
		if s.stream, err = s.open(msg); err != nil {
			return err
		}
	}
	return s.stream.SendMsg(msg)
}

// RecvMsg implements grpc.ClientStream.
func (s *chosen) RecvMsg(msg any) error {
	if s.stream == nil {
		return errNoRoute
	}
	return s.stream.RecvMsg(msg)
}

// CloseSend implements grpc.ClientStream.
func (s *chosen) CloseSend() error {
	if s.stream == nil {
		return errNoRoute
	}
	return s.stream.CloseSend()
}

// Header implements grpc.ClientStream.
func (s *chosen) Header() (metadata.MD, error) {
	if s.stream == nil {
		return nil, errNoRoute
	}
	return s.stream.Header()
}

// Trailer implements grpc.ClientStream.
func (s *chosen) Trailer() metadata.MD {
	if s.stream == nil {
		return nil
	}
	return s.stream.Trailer()
}

// Context implements grpc.ClientStream.
func (s *chosen) Context() context.Context {
	if s.stream == nil {
		return s.ctx
	}
	return s.stream.Context()
}
