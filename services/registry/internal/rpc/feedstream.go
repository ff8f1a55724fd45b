package rpc

import (
	"cmp"
	"context"
	"errors"
	"io"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/wire"

	"google.golang.org/grpc"
)

const (
	streamTogether = 500  // events that one transaction applies at most
	streamAhead    = 2000 // events that are received and not yet applied; then the sender is asked to wait
	pausedLook     = 500 * time.Millisecond
)

// Why a sender is asked to wait.
const (
	pausedByOperator = "OPERATOR"
	pausedBehind     = "BEHIND"
)

type eventStream = grpc.BidiStreamingServer[registryv1.StreamEventsRequest, registryv1.StreamEventsResponse]

// StreamEvents implements registryv1.FeedIntakeServiceServer.
func (f *Feed) StreamEvents(stream eventStream) error {
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) || err == nil && first.GetHello() == nil {
		return intake.ErrHeader.On("hello", "is missing from the first message")
	}
	if err != nil {
		return err
	}
	h := first.GetHello()
	session, err := f.intake.OpenStream(stream.Context(), intake.Hello{
		Sender: h.GetSender(), Token: h.GetResumeToken(), Time: wire.Time(h.GetHelloTime()), Signature: h.GetSignature(),
	})
	if err != nil {
		return err
	}
	err = stream.Send(&registryv1.StreamEventsResponse{Message: &registryv1.StreamEventsResponse_Welcome{Welcome: &registryv1.StreamWelcome{
		ResumeToken: session.Token(), BatchId: session.Token(), AppliedSequence: session.Last(),
	}}})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	s := &streaming{stream: stream, session: session, in: make(chan *registryv1.StreamEventsRequest, streamAhead), failed: make(chan error, 1)}
	go s.receive(ctx)
	return s.run(ctx)
}

// streaming is one call under way: one goroutine receives, the other applies and
// answers, so that the next events arrive while the last are written.
type streaming struct {
	stream  eventStream
	session *intake.Session
	in      chan *registryv1.StreamEventsRequest
	failed  chan error // why receiving ended; io.EOF when the sender has closed its side
	behind  bool       // the sender was asked to wait
}

func (s *streaming) receive(ctx context.Context) {
	defer close(s.in)
	for {
		m, err := s.stream.Recv()
		if err != nil {
			s.failed <- err
			return
		}
		select {
		case s.in <- m:
		case <-ctx.Done():
			s.failed <- ctx.Err()
			return
		}
	}
}

func (s *streaming) run(ctx context.Context) error {
	for {
		rows, finish, open, err := s.collect(ctx)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			if err := s.apply(ctx, rows); err != nil {
				return err
			}
		}
		if finish {
			b, err := s.session.End(ctx)
			if err != nil {
				return err
			}
			return s.stream.Send(&registryv1.StreamEventsResponse{Message: &registryv1.StreamEventsResponse_Ended{Ended: &registryv1.StreamEnded{Batch: feedBatch(b)}}})
		}
		if !open {
			if err := <-s.failed; !errors.Is(err, io.EOF) {
				return err
			}
			return nil // the batch stays open: somebody may go on with it
		}
		if err := s.flow(); err != nil {
			return err
		}
	}
}

// collect waits for an event and takes those that are there with it.
func (s *streaming) collect(ctx context.Context) (rows []intake.Row, finish, open bool, err error) {
	var m *registryv1.StreamEventsRequest
	select {
	case m, open = <-s.in:
	case <-ctx.Done():
		return nil, false, false, ctx.Err()
	}
	for open {
		switch {
		case m.GetFinish() != nil:
			return rows, true, true, nil
		case m.GetEvent() == nil:
			return nil, false, false, intake.ErrHeader.On("event", "or finish is required after the hello")
		}
		rows = append(rows, s.row(m.GetEvent()))
		if len(rows) == streamTogether {
			return rows, false, true, nil
		}
		select {
		case m, open = <-s.in:
		default:
			return rows, false, true, nil
		}
	}
	return rows, false, false, nil
}

func (s *streaming) row(in *registryv1.StreamEvent) intake.Row {
	row := intake.Row{Number: int(in.GetSequence()), ID: in.GetEvent().GetEventId()}
	e, refusal, ok := eventOf(s.session.Source().Sender, in.GetEvent())
	if !ok {
		row.Fault, row.Column = cmp.Or(refusal.Fault, wire.ErrFields), refusal.Column
		return row
	}
	row.Item = &e
	if row.ID == "" {
		row.ID = e.Normal().ID // by this name it is found again
	}
	return row
}

// apply applies events, waits while the sender is paused, and acknowledges.
func (s *streaming) apply(ctx context.Context, rows []intake.Row) error {
	results, err := s.session.Apply(ctx, rows)
	if errors.Is(err, intake.ErrPaused) {
		if err := s.wait(ctx); err != nil {
			return err
		}
		return s.apply(ctx, rows)
	}
	if err != nil {
		return err
	}
	ack := &registryv1.StreamAck{AppliedSequence: s.session.Last()}
	for _, r := range results {
		ack.Outcomes = append(ack.Outcomes, &registryv1.StreamOutcome{Sequence: int64(r.Number), Outcome: rowOutcome(r)})
	}
	return s.stream.Send(&registryv1.StreamEventsResponse{Message: &registryv1.StreamEventsResponse_Ack{Ack: ack}})
}

// wait tells the sender to wait until an operator lets it go on.
func (s *streaming) wait(ctx context.Context) error {
	if err := s.say(true, pausedByOperator); err != nil {
		return err
	}
	tick := time.NewTicker(pausedLook)
	defer tick.Stop()
	for {
		paused, err := s.session.Paused(ctx)
		if err != nil {
			return err
		}
		if !paused {
			s.behind = false
			return s.say(false, "")
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// flow asks the sender to wait when the store is slower, and to go on when it
// has caught up.
func (s *streaming) flow() error {
	switch {
	case !s.behind && len(s.in) == cap(s.in):
		s.behind = true
		return s.say(true, pausedBehind)
	case s.behind && len(s.in) == 0:
		s.behind = false
		return s.say(false, "")
	}
	return nil
}

func (s *streaming) say(paused bool, reason string) error {
	return s.stream.Send(&registryv1.StreamEventsResponse{Message: &registryv1.StreamEventsResponse_Flow{Flow: &registryv1.StreamFlow{Paused: paused, Reason: reason}}})
}
