package tail_test

import (
	"context"
	"errors"
	"io"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/tail"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func dose(position int64) *feedv1.Change {
	return &feedv1.Change{Position: position, Fact: &feedv1.Fact{
		Kind: feedv1.FactKind_FACT_KIND_DOSE, FactId: "D" + strconv.FormatInt(position, 10), ResidentId: "R1", Version: 1,
		Body: &feedv1.Fact_Dose{Dose: &feedv1.DoseFact{OnYmd: 20250101}},
	}}
}

// refused is what a source answers through the production interceptors.
func refused(reason string) error {
	st, err := status.New(codes.FailedPrecondition, "no").WithDetails(&errdetails.ErrorInfo{Reason: reason, Domain: "xinju.dev"})
	if err != nil {
		return err
	}
	return st.Err()
}

// script is a source that says what it was told to, stream after stream, and
// then nothing any more.
type script struct {
	feedv1.ChangeFeedServiceClient
	mu      sync.Mutex
	lists   []any // *feedv1.ListFactsResponse or error
	streams [][]any
	asked   []int64  // positions that streams were asked from
	tokens  []string // that listings were asked with
}

func (s *script) ListFacts(_ context.Context, req *feedv1.ListFactsRequest, _ ...grpc.CallOption) (*feedv1.ListFactsResponse, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = append(s.tokens, req.GetPageToken())
	next := s.lists[0]
	s.lists = s.lists[1:]
	if err, bad := next.(error); bad {
		return nil, err
	}
	return next.(*feedv1.ListFactsResponse), nil
}

func (s *script) WatchChanges(ctx context.Context, req *feedv1.WatchChangesRequest, _ ...grpc.CallOption) (grpc.ServerStreamingClient[feedv1.WatchChangesResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, req.GetAfter())
	if len(s.streams) == 0 {
		return &stream{ctx: ctx}, nil
	}
	next := s.streams[0]
	s.streams = s.streams[1:]
	return &stream{ctx: ctx, says: next}, nil
}

type stream struct {
	grpc.ServerStreamingClient[feedv1.WatchChangesResponse]
	ctx  context.Context
	says []any
}

func (s *stream) Recv() (*feedv1.WatchChangesResponse, error) {
	if len(s.says) == 0 {
		<-s.ctx.Done()
		return nil, s.ctx.Err()
	}
	next := s.says[0]
	s.says = s.says[1:]
	if err, bad := next.(error); bad {
		return nil, err
	}
	return next.(*feedv1.WatchChangesResponse), nil
}

func page(changes ...*feedv1.Change) *feedv1.WatchChangesResponse {
	return &feedv1.WatchChangesResponse{Epoch: "E", Head: 99, Changes: changes}
}

func empty() *feedv1.ListFactsResponse { return &feedv1.ListFactsResponse{Epoch: "E"} }

// sink keeps positions as the book does.
type sink struct {
	mu      sync.Mutex
	at      derived.Position
	alarm   string
	applied []int64
	listed  int
	fails   int // transactions that fail before one works
	changed chan struct{}
}

func newSink() *sink { return &sink{changed: make(chan struct{})} }

func (s *sink) Position(string) (derived.Position, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at, s.alarm
}

func (s *sink) ApplyChanges(_ context.Context, _, epoch string, changes []derived.Change) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails > 0 {
		s.fails--
		return errors.New("the store is away")
	}
	if epoch != s.at.Epoch {
		return derived.ErrEpoch
	}
	next := s.at.Position
	for _, c := range changes {
		if c.Position <= next {
			continue
		}
		if c.Position != next+1 {
			return derived.ErrGap
		}
		next++
		s.applied = append(s.applied, c.Position)
	}
	s.at.Position = next
	return nil
}

func (s *sink) ApplyListing(_ context.Context, _ string, l derived.Listing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listed += len(l.Facts)
	s.at = derived.Position{Epoch: l.Epoch, Position: l.Snapshot, Listing: l.Next != "", Token: l.Next, Begun: true}
	return nil
}

func (s *sink) SawHead(string, int64) {}

func (s *sink) Alarm(_, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alarm = reason
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *sink) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

func TestFollow(t *testing.T) {
	cut := status.Error(codes.Unavailable, "connection refused")
	for name, c := range map[string]struct {
		feed    *script
		fails   int
		applied []int64
		asked   []int64
		tokens  []string
		alarm   string
	}{
		"page after page": {
			feed:    &script{lists: []any{empty()}, streams: [][]any{{page(dose(1), dose(2)), page(), page(dose(3))}}},
			applied: []int64{1, 2, 3}, asked: []int64{0}, tokens: []string{""},
		},
		"a cut stream goes on where it was": {
			feed:    &script{lists: []any{empty()}, streams: [][]any{{page(dose(1)), cut}, {cut}, {io.ErrUnexpectedEOF}, {page(dose(2))}}},
			applied: []int64{1, 2}, asked: []int64{0, 1, 1, 1}, tokens: []string{""},
		},
		"what comes twice is applied once": {
			feed:    &script{lists: []any{empty()}, streams: [][]any{{page(dose(1), dose(2)), page(dose(1), dose(2), dose(3))}}},
			applied: []int64{1, 2, 3}, asked: []int64{0}, tokens: []string{""},
		},
		"a page that cannot be stored comes again": {
			feed:  &script{lists: []any{empty()}, streams: [][]any{{page(dose(1))}, {page(dose(1))}, {page(dose(1))}}},
			fails: 2, applied: []int64{1}, asked: []int64{0, 0, 0}, tokens: []string{""},
		},
		"a missing position stops": {
			feed:    &script{lists: []any{empty()}, streams: [][]any{{page(dose(1)), page(dose(3))}, {page(dose(2))}}},
			applied: []int64{1}, asked: []int64{0}, tokens: []string{""}, alarm: "FEED_GAP",
		},
		"another epoch stops": {
			feed:  &script{lists: []any{empty()}, streams: [][]any{{&feedv1.WatchChangesResponse{Epoch: "F", Changes: []*feedv1.Change{dose(1)}}}}},
			asked: []int64{0}, tokens: []string{""}, alarm: "FEED_EPOCH_DIFFERS",
		},
		"a source that refuses the epoch stops": {
			feed:  &script{lists: []any{empty()}, streams: [][]any{{refused("FEED_EPOCH_CHANGED")}}},
			asked: []int64{0}, tokens: []string{""}, alarm: "FEED_EPOCH_CHANGED",
		},
		"a fact that is none stops": {
			feed:  &script{lists: []any{empty()}, streams: [][]any{{page(&feedv1.Change{Position: 1, Fact: &feedv1.Fact{}})}}},
			asked: []int64{0}, tokens: []string{""}, alarm: "FEED_FACT_INVALID",
		},
		"a listing goes on after trouble, and from the beginning when its token is lost": {
			feed: &script{lists: []any{
				&feedv1.ListFactsResponse{Epoch: "E", NextPageToken: "one"}, cut, refused("PAGE_TOKEN_INVALID"),
				&feedv1.ListFactsResponse{Epoch: "E", NextPageToken: "two", Facts: []*feedv1.Fact{dose(1).GetFact()}}, empty(),
			}, streams: [][]any{{page(dose(1))}}},
			applied: []int64{1}, asked: []int64{0}, tokens: []string{"", "one", "one", "", "two"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to := newSink()
				to.fails = c.fails
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour) // virtual
				defer cancel()
				err := tail.Follow(ctx, zap.NewNop(), tail.Source{Name: "immunization", Feed: c.feed}, to)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("err = %v, want the deadline", err)
				}
				got := []any{to.applied, c.feed.asked, c.feed.tokens, to.alarm}
				if diff := cmp.Diff([]any{c.applied, c.asked, c.tokens, c.alarm}, got); diff != "" {
					t.Errorf("applied, asked, tokens, alarm: %s", diff)
				}
			})
		})
	}
}

func TestFollowingGoesOnWhenARebuildLiftsTheAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		feed := &script{lists: []any{empty()}, streams: [][]any{{page(dose(2))}, {page(dose(1))}}}
		to := newSink()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		go func() {
			synctest.Wait()
			to.Alarm("immunization", "")
		}()
		_ = tail.Follow(ctx, zap.NewNop(), tail.Source{Name: "immunization", Feed: feed}, to)
		if len(to.applied) != 1 {
			t.Errorf("applied %v", to.applied)
		}
	})
}

// TestTroubleWithWhatARebuildReplacedIsNoAlarm: the page that fails was read of
// the epoch before; the rebuild has taken over while it was on its way.
func TestTroubleWithWhatARebuildReplacedIsNoAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		feed := &script{lists: []any{empty()}, streams: [][]any{
			{page(dose(1), dose(2))},
			{&feedv1.WatchChangesResponse{Epoch: "F", Changes: []*feedv1.Change{dose(8)}}},
		}}
		to := &swapped{sink: newSink()}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_ = tail.Follow(ctx, zap.NewNop(), tail.Source{Name: "immunization", Feed: feed}, to)
		if to.alarm != "" {
			t.Errorf("alarm %s", to.alarm)
		}
		if diff := cmp.Diff([]int64{8}, to.applied); diff != "" {
			t.Errorf("of the new epoch: %s", diff)
		}
	})
}

// swapped takes another epoch over just before its first page.
type swapped struct {
	*sink
	done bool
}

func (s *swapped) ApplyChanges(ctx context.Context, source, epoch string, changes []derived.Change) error {
	if !s.done {
		s.done = true
		s.mu.Lock()
		s.at = derived.Position{Epoch: "F", Position: 7, Begun: true}
		s.mu.Unlock()
	}
	return s.sink.ApplyChanges(ctx, source, epoch, changes)
}
