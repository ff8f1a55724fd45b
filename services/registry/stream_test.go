package registry_test

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"go.uber.org/zap"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
	"xinju.dev/services/testkit"
)

// streams is a database on which servers come and go.
type streams struct {
	t     *testing.T
	db    *sqlstore.DB
	dir   string
	clock *testkit.Clock
}

func eachStreams(t *testing.T, test func(t *testing.T, s *streams)) {
	testkit.EachEngine(t, registry.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s := &streams{t: t, db: db, dir: t.TempDir(), clock: testkit.NewClock(civil.Must("2026-06-30"))}
		svc := s.service()
		if err := svc.Seed(t.Context()); err != nil {
			t.Fatal(err)
		}
		conn := testkit.Serve(t, func(r grpc.ServiceRegistrar) { svc.Register(r) })
		county(t, suite{places: registryv1.NewPlaceServiceClient(conn)})
		test(t, s)
	})
}

func (s *streams) service() *registry.Service {
	s.t.Helper()
	sealer, err := seal.NewPlain([]byte(strings.Repeat("k", 32)))
	if err != nil {
		s.t.Fatal(err)
	}
	svc, err := registry.New(registry.Deps{DB: s.db, Now: s.clock.Now, Log: zap.NewNop(), Sealer: sealer, SpoolDir: s.dir})
	if err != nil {
		s.t.Fatal(err)
	}
	return svc
}

// client talks to a server that has just started.
func (s *streams) client() registryv1.FeedIntakeServiceClient {
	svc := s.service()
	return registryv1.NewFeedIntakeServiceClient(testkit.Serve(s.t, func(r grpc.ServiceRegistrar) { svc.Register(r) }))
}

func number(n int) string {
	body := fmt.Sprintf("990101%08d%03d", civil.Must("1980-01-01").AddDays(n/400).YYYYMMDD(), n%400+1)
	for _, check := range "0123456789X" {
		if _, err := ident.ParseCitizen(body + string(check)); err == nil {
			return body + string(check)
		}
	}
	return ""
}

// eventAt is the event with a sequence: arrivals, and here and there one that is refused.
func eventAt(sequence int) *registryv1.StreamEvent {
	e := &registryv1.ResidenceEvent{
		EventId: fmt.Sprint("S", sequence), Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day("2025-03-01"),
		Document: citizen(number(sequence)), Division: village,
	}
	if sequence%10 == 0 {
		e.Division = "990101999999"
	}
	return &registryv1.StreamEvent{Sequence: int64(sequence), Event: e}
}

type call = grpc.BidiStreamingClient[registryv1.StreamEventsRequest, registryv1.StreamEventsResponse]

func begin(ctx context.Context, t *testing.T, c registryv1.FeedIntakeServiceClient, h *registryv1.StreamHello) (call, *registryv1.StreamWelcome, error) {
	t.Helper()
	stream, err := c.StreamEvents(ctx)
	if err == nil {
		err = stream.Send(&registryv1.StreamEventsRequest{Message: &registryv1.StreamEventsRequest_Hello{Hello: h}})
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	m, err := stream.Recv()
	return stream, m.GetWelcome(), err
}

func sendEvent(stream call, sequence int) error {
	return stream.Send(&registryv1.StreamEventsRequest{Message: &registryv1.StreamEventsRequest_Event{Event: eventAt(sequence)}})
}

// overtaken says that the connection before has applied more after this one had asked
// how far it was: the sender connects once more.
func overtaken(err error) bool { return reason(err) == "FEED_STREAM_TAKEN" }

func TestAStreamThatIsCutAgainAndAgainLosesAndDoublesNothing(t *testing.T) {
	const all = 400
	eachStreams(t, func(t *testing.T, s *streams) {
		r := rand.New(rand.NewPCG(3, 4))
		token, batch := "", ""
		acked, cuts := map[int64]registryv1.RowOutcome{}, 0
		client := s.client()
		for {
			if cuts%3 == 2 {
				client = s.client() // the server has started again
			}
			ctx, cut := context.WithCancel(t.Context())
			stream, welcome, err := begin(ctx, t, client, &registryv1.StreamHello{Sender: "ga-990101", ResumeToken: token})
			if err != nil {
				t.Fatal(err)
			}
			if token == "" {
				token, batch = welcome.GetResumeToken(), welcome.GetBatchId()
			}
			for sequence := range acked {
				if sequence > welcome.GetAppliedSequence() {
					t.Fatalf("%d was acknowledged, and only %d is applied", sequence, welcome.GetAppliedSequence())
				}
			}
			from := max(1, int(welcome.GetAppliedSequence())+1-r.IntN(5)) // some are sent again
			until := min(all, from+r.IntN(90))
			answers := make(chan error, 1)
			stop := r.IntN(6) // acknowledgements until the line is cut
			go func() {
				for n := 0; ; n++ {
					m, err := stream.Recv()
					if err != nil || m.GetEnded() != nil {
						answers <- err
						return
					}
					for _, o := range m.GetAck().GetOutcomes() {
						if before, again := acked[o.GetSequence()]; again && before != o.GetOutcome().GetOutcome() {
							t.Errorf("event %d ended in %s and then in %s", o.GetSequence(), before, o.GetOutcome().GetOutcome())
						}
						acked[o.GetSequence()] = o.GetOutcome().GetOutcome()
					}
					if until < all && (n == stop || m.GetAck().GetAppliedSequence() >= int64(until)) {
						cut()
					}
				}
			}()
			for sequence := from; sequence <= until; sequence++ {
				if err := sendEvent(stream, sequence); err != nil {
					break
				}
			}
			if until == all {
				err := stream.Send(&registryv1.StreamEventsRequest{Message: &registryv1.StreamEventsRequest_Finish{Finish: &registryv1.StreamFinish{}}})
				answer := <-answers
				if overtaken(answer) {
					cut()
					continue
				}
				if err != nil || answer != nil {
					t.Fatal(err, answer)
				}
				cut()
				break
			}
			if err := <-answers; err != nil && ctx.Err() == nil && !overtaken(err) {
				t.Fatalf("cut by the server: %v", err)
			}
			cut()
			cuts++
		}
		got, err := client.GetFeedBatch(t.Context(), &registryv1.GetFeedBatchRequest{BatchId: batch})
		if err != nil {
			t.Fatal(err)
		}
		b := got.GetBatch()
		if c := b.GetCounts(); c.GetReceived() != all || c.GetCreated() != all-all/10 || c.GetRefused() != all/10 || b.GetState() != registryv1.FeedBatchState_FEED_BATCH_STATE_SUCCEEDED ||
			b.GetContent() != registryv1.FeedContent_FEED_CONTENT_STREAM {
			t.Errorf("%v %v", b.GetState(), c)
		}
		rows, err := client.ListFeedRows(t.Context(), &registryv1.ListFeedRowsRequest{BatchId: batch, PageSize: 1000})
		if err != nil || len(rows.GetRows()) != all || rows.GetRows()[all-1].GetRowNumber() != all {
			t.Errorf("%d rows, %v", len(rows.GetRows()), err)
		}
		if cuts < 3 {
			t.Errorf("only %d cuts", cuts)
		}
	})
}

func TestAStreamRefusesWhatDoesNotFollow(t *testing.T) {
	eachStreams(t, func(t *testing.T, s *streams) {
		c := s.client()
		last := func(h *registryv1.StreamHello, sequences ...int) (string, string) {
			stream, welcome, err := begin(t.Context(), t, c, h)
			for _, n := range sequences {
				if err == nil {
					err = sendEvent(stream, n)
				}
			}
			for err == nil {
				_, err = stream.Recv()
			}
			return welcome.GetResumeToken(), reason(err)
		}
		token, why := last(&registryv1.StreamHello{Sender: "ga"}, 1, 3)
		if why != "FEED_STREAM_SEQUENCE" {
			t.Error(why)
		}
		for name, h := range map[string]*registryv1.StreamHello{
			"FEED_STREAM_TOKEN_INVALID": {Sender: "ga-2", ResumeToken: token},
			"SENDER_INVALID":            {Sender: "desk"},
		} {
			if _, why := last(h); why != name {
				t.Errorf("%s: %s", name, why)
			}
		}
		if _, why := last(&registryv1.StreamHello{Sender: "ga"}, 0); why != "FEED_STREAM_SEQUENCE" {
			t.Error(why)
		}
	})
}

func TestTheOlderOfTwoConnectionsIsToldThatItsStreamIsTaken(t *testing.T) {
	eachStreams(t, func(t *testing.T, s *streams) {
		c := s.client()
		first, welcome, err := begin(t.Context(), t, c, &registryv1.StreamHello{Sender: "ga"})
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := begin(t.Context(), t, c, &registryv1.StreamHello{Sender: "ga", ResumeToken: welcome.GetResumeToken()})
		if err != nil {
			t.Fatal(err)
		}
		if err := sendEvent(second, 1); err != nil {
			t.Fatal(err)
		}
		if m, err := second.Recv(); err != nil || m.GetAck().GetAppliedSequence() != 1 {
			t.Fatal(m, err)
		}
		if err := sendEvent(first, 1); err != nil {
			t.Fatal(err)
		}
		if _, err := first.Recv(); reason(err) != "FEED_STREAM_TAKEN" {
			t.Error(err)
		}
	})
}

func TestAPausedSenderIsToldToWaitAndToGoOn(t *testing.T) {
	eachStreams(t, func(t *testing.T, s *streams) {
		c := s.client()
		pause := func(paused bool) {
			t.Helper()
			_, err := c.UpdateSender(t.Context(), &registryv1.UpdateSenderRequest{
				FeedSender: &registryv1.FeedSender{Sender: "ga", Paused: paused, PauseReason: "核对"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"paused"}},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		stream, _, err := begin(t.Context(), t, c, &registryv1.StreamHello{Sender: "ga"})
		if err != nil {
			t.Fatal(err)
		}
		pause(true)
		if err := sendEvent(stream, 1); err != nil {
			t.Fatal(err)
		}
		if m, err := stream.Recv(); err != nil || !m.GetFlow().GetPaused() || m.GetFlow().GetReason() != "OPERATOR" {
			t.Fatal(m, err)
		}
		pause(false)
		if m, err := stream.Recv(); err != nil || m.GetFlow() == nil || m.GetFlow().GetPaused() {
			t.Fatal(m, err)
		}
		if m, err := stream.Recv(); err != nil || m.GetAck().GetAppliedSequence() != 1 {
			t.Fatal(m, err)
		}
	})
}

func TestASenderWithAKeySignsItsHello(t *testing.T) {
	eachStreams(t, func(t *testing.T, s *streams) {
		c := s.client()
		key := ed25519.NewKeyFromSeed([]byte(strings.Repeat("s", 32)))
		got, err := c.UpdateSender(t.Context(), &registryv1.UpdateSenderRequest{
			FeedSender: &registryv1.FeedSender{Sender: "ga", PublicKey: key.Public().(ed25519.PublicKey)}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"public_key"}},
		})
		if err != nil || len(got.GetSender().GetKeyFingerprint()) != 16 {
			t.Fatal(got, err)
		}
		now := s.clock.Now()
		for name, h := range map[string]*registryv1.StreamHello{
			"FEED_SIGNATURE_REQUIRED": {Sender: "ga"},
			"FEED_SIGNATURE_INVALID":  {Sender: "ga", HelloTime: timestamppb.New(now), Signature: make([]byte, 64)},
			"":                        {Sender: "ga", HelloTime: timestamppb.New(now), Signature: ed25519.Sign(key, intake.Hello{Sender: "ga", Time: now}.Canonical())},
		} {
			_, welcome, err := begin(t.Context(), t, c, h)
			if reason(err) != name || name == "" && welcome.GetBatchId() == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		old := now.Add(-10 * 60e9)
		_, _, err = begin(t.Context(), t, c, &registryv1.StreamHello{
			Sender: "ga", HelloTime: timestamppb.New(old), Signature: ed25519.Sign(key, intake.Hello{Sender: "ga", Time: old}.Canonical()),
		})
		if reason(err) != "FEED_SIGNATURE_INVALID" {
			t.Errorf("an old hello: %v", err)
		}
	})
}
