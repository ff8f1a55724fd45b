package intake

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"xinju.dev/services/platform/ids"
)

// Hello begins a stream, or goes on with one.
type Hello struct {
	Target string
	Sender string
	Token  string // of the stream to go on with; "" for a new one
	// Time and Signature are required of a sender with a registered key.
	Time      time.Time
	Signature []byte
}

// helloFresh is how far the clocks of a sender and the registry may differ.
const helloFresh = 5 * time.Minute

// Canonical is the text that the sender signs.
func (h Hello) Canonical() []byte {
	return fmt.Appendf(nil, "xinju-feed-stream-v1\nsender=%s\nresume_token=%s\nhello_time=%s\n", h.Sender, h.Token, instantText(h.Time))
}

// Session is one connection of a stream. It is used by one goroutine. The batch
// of a stream stays open when a connection ends: another one with its token goes
// on, and a session that was overtaken so fails with FEED_STREAM_TAKEN.
type Session struct {
	in *Intake
	b  Batch
}

// OpenStream begins a stream or goes on with one. It fails with the target's
// reasons about the sender, FEED_SIGNATURE_REQUIRED, FEED_SIGNATURE_INVALID,
// FEED_STREAM_TOKEN_INVALID.
func (in *Intake) OpenStream(ctx context.Context, h Hello) (*Session, error) {
	t, err := in.target(h.Target)
	if err != nil {
		return nil, err
	}
	if err := t.CheckSender(h.Sender); err != nil {
		return nil, err
	}
	s, err := in.Senders.Sender(ctx, h.Sender)
	if err != nil {
		return nil, err
	}
	now := in.Now()
	if len(s.PublicKey) > 0 {
		switch age := now.Sub(h.Time); {
		case len(h.Signature) == 0:
			return nil, ErrUnsigned
		case age.Abs() > helloFresh, len(s.PublicKey) != ed25519.PublicKeySize, !ed25519.Verify(s.PublicKey, h.Canonical(), h.Signature):
			return nil, ErrSignature
		}
	}
	if h.Token != "" {
		b, err := in.Store.FeedBatch(ctx, h.Token)
		if errors.Is(err, ErrBatchNotFound) || err == nil && (b.Sender != h.Sender || b.Kind != Stream || b.Target != t.Name() || !b.State.Open()) {
			return nil, ErrStreamToken
		}
		return &Session{in: in, b: b}, err
	}
	b := Batch{ID: ids.New(now), Target: t.Name(), Kind: Stream, Sender: h.Sender, State: Running, Stage: StageApply, Received: now, Started: now}
	if b, _, err = in.Store.CreateFeedBatch(ctx, b); err != nil {
		return nil, err
	}
	return &Session{in: in, b: b}, nil
}

// Token is what another connection goes on with.
func (s *Session) Token() string { return s.b.ID }

// Source says whose events these are.
func (s *Session) Source() Source {
	return Source{Sender: s.b.Sender, Received: s.in.Now()}
}

// Last is the sequence of the last event that is durably applied; 0 for none.
func (s *Session) Last() int64 { return int64(s.b.At.Line) }

// Paused reports that an operator has paused the sender.
func (s *Session) Paused(ctx context.Context) (bool, error) {
	sender, err := s.in.Senders.Sender(ctx, s.b.Sender)
	return sender.Paused, err
}

// Apply applies events, their sequences in Number: those up to Last, which a
// sender repeats after a cut connection, are only looked up. The results are in
// the order of rows, and durable. It fails with FEED_STREAM_SEQUENCE,
// FEED_STREAM_SEQUENCE_USED, FEED_STREAM_TAKEN, FEED_BATCH_STATE, ErrPaused.
func (s *Session) Apply(ctx context.Context, rows []Row) ([]RowResult, error) {
	results := make(map[int]RowResult, len(rows))
	keep := func(list []RowResult) {
		for _, r := range list {
			results[r.Number] = r
		}
	}
	c := Chunk{
		BatchID: s.b.ID, Target: s.b.Target, Stage: StageApply, Source: s.Source(), From: s.b.At, To: s.b.At, Hook: s.in.at, Settled: keep,
	}
	first := 0
	for _, r := range rows {
		switch number := int64(r.Number); {
		case number < 1:
			return nil, ErrStreamGap
		case number <= s.Last():
			if first == 0 || r.Number < first {
				first = r.Number
			}
			continue
		case number != int64(c.To.Line)+1:
			return nil, ErrStreamGap.With("expected", itoa(int64(c.To.Line)+1))
		}
		c.To.Line++
		r.end = c.To
		c.Rows = append(c.Rows, r)
	}
	if first > 0 {
		if err := s.again(ctx, first, keep); err != nil {
			return nil, err
		}
		for _, r := range rows {
			if was, there := results[r.Number]; int64(r.Number) <= s.Last() && (!there || was.EventID != keptID(r.ID)) {
				return nil, ErrStreamOther.With("sequence", itoa(int64(r.Number)))
			}
		}
	}
	if len(c.Rows) > 0 {
		if err := s.in.applyChunk(ctx, c); err != nil {
			return nil, s.moved(ctx, err)
		}
		s.b.At = c.To
	}
	out := make([]RowResult, len(rows))
	for i, r := range rows {
		out[i] = results[r.Number]
	}
	return out, nil
}

// again looks up what became of events from a sequence on.
func (s *Session) again(ctx context.Context, from int, keep func([]RowResult)) error {
	list, err := s.in.Store.ResultsFrom(ctx, s.b.ID, from, ChunkRows)
	keep(list)
	return err
}

// moved says why a chunk found the batch elsewhere.
func (s *Session) moved(ctx context.Context, err error) error {
	if !errors.Is(err, ErrMoved) {
		return err
	}
	b, readErr := s.in.Store.FeedBatch(ctx, s.b.ID)
	switch {
	case readErr != nil:
		return readErr
	case !b.State.Open():
		return ErrBatchState.With("state", itoa(int64(b.State)))
	}
	return ErrStreamTaken
}

// End closes the stream: no more events will come.
func (s *Session) End(ctx context.Context) (Batch, error) {
	err := s.in.Store.FinishFeedBatch(ctx, s.b.ID, Succeeded, "", s.in.Now())
	if err != nil && !errors.Is(err, ErrMoved) {
		return Batch{}, err
	}
	return s.in.Store.FeedBatch(ctx, s.b.ID)
}
