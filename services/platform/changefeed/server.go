package changefeed

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/sqlstore"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// How long a watcher waits when no commit of this process wakes it.
const (
	defaultPoll      = time.Second      // for commits of other processes on the same database
	defaultHeartbeat = 10 * time.Second // how often an idle watcher is told where the head is
)

// Server serves one feed as feedv1.ChangeFeedService.
type Server struct {
	feedv1.UnimplementedChangeFeedServiceServer
	db        *sqlstore.DB
	source    Source
	facts     Lister
	poll      time.Duration
	heartbeat time.Duration
}

// NewServer returns the server of the feed in db; facts lists what holds now.
func NewServer(db *sqlstore.DB, facts Lister) *Server {
	return &Server{db: db, source: Source{DB: db}, facts: facts, poll: defaultPoll, heartbeat: defaultHeartbeat}
}

// Locating lets the server filter by division with what the source knows of its
// residents, and returns it.
func (s *Server) Locating(p Places) *Server {
	s.source.Places = p
	return s
}

// ReadChanges implements feedv1.ChangeFeedServiceServer.
func (s *Server) ReadChanges(ctx context.Context, req *feedv1.ReadChangesRequest) (*feedv1.ReadChangesResponse, error) {
	epoch, after, f, err := begin(req)
	if err != nil {
		return nil, err
	}
	p, err := s.source.Read(ctx, epoch, after, int(req.GetLimit()), f)
	if err != nil {
		return nil, err
	}
	changes, err := changesOf(p.Changes)
	if err != nil {
		return nil, err
	}
	entered, err := factsOf(p.Entered)
	if err != nil {
		return nil, err
	}
	return &feedv1.ReadChangesResponse{
		Epoch: p.Head.Epoch, Head: p.Head.Position, Changes: changes, Skipped: skippedOf(p.Skipped),
		Position: p.Position, ResumeToken: f.token(p.Head.Epoch, p.Position), Entered: entered,
	}, nil
}

// WatchChanges implements feedv1.ChangeFeedServiceServer. The first message is
// sent at once, so that a reader without news learns epoch and head.
func (s *Server) WatchChanges(req *feedv1.WatchChangesRequest, out grpc.ServerStreamingServer[feedv1.WatchChangesResponse]) error {
	ctx := out.Context()
	epoch, after, f, err := begin(req)
	if err != nil {
		return err
	}
	silent := time.Time{}
	for {
		woken := s.db.Announced(topic) // before reading, or a commit may fall in between
		p, err := s.source.Read(ctx, epoch, after, int(req.GetLimit()), f)
		if err != nil {
			return err
		}
		epoch = p.Head.Epoch // from now on a renewed epoch ends the stream
		if p.Position > after || time.Since(silent) >= s.heartbeat {
			m, err := watched(p, f)
			if err != nil {
				return err
			}
			if err := out.Send(m); err != nil {
				return err
			}
			after, silent = p.Position, time.Now()
		}
		if after < p.Head.Position {
			continue
		}
		if err := s.idle(ctx, woken); err != nil {
			return err
		}
	}
}

// watched is one message of WatchChanges; without progress it is a heartbeat.
func watched(p Selection, f Filter) (*feedv1.WatchChangesResponse, error) {
	changes, err := changesOf(p.Changes)
	if err != nil {
		return nil, err
	}
	entered, err := factsOf(p.Entered)
	return &feedv1.WatchChangesResponse{
		Epoch: p.Head.Epoch, Head: p.Head.Position, Changes: changes, Skipped: skippedOf(p.Skipped),
		Position: p.Position, ResumeToken: f.token(p.Head.Epoch, p.Position), Entered: entered,
	}, err
}

// idle waits for a commit of this process, the next poll, or the end of ctx.
func (s *Server) idle(ctx context.Context, woken <-chan struct{}) error {
	t := time.NewTimer(min(s.poll, s.heartbeat))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-woken:
	case <-t.C:
	}
	return nil
}

// ListFacts implements feedv1.ChangeFeedServiceServer.
//
// Why listing without one long snapshot is exact: the position P is read before
// the first fact is. A fact that holds at P and never changes afterwards is
// listed, because only a change moves its key and every page starts behind the key
// of the one before. Any fact created, changed or withdrawn after P has a change
// at a position above P, which the reader applies next; should the listing
// already have shown that state or a later one, its version makes the change
// harmless. So listing + changes after P = the state of the feed, at every
// position from the head at the time of the last page on.
//
// It fails with FEED_EPOCH_CHANGED and FEED_TRIMMED when the source was renewed
// or trimmed beyond P meanwhile (start again), and with PAGE_TOKEN_INVALID.
func (s *Server) ListFacts(ctx context.Context, req *feedv1.ListFactsRequest) (*feedv1.ListFactsResponse, error) {
	if req.GetPageSize() < 0 {
		return nil, page.ErrSize.On("page_size", "must not be negative")
	}
	f, err := FilterOf("", req.GetKinds(), req.GetDivision())
	if err != nil {
		return nil, err
	}
	if f.Division != "" && s.source.Places == nil {
		return nil, ErrFilter
	}
	head, err := ReadHead(ctx, s.db)
	if err != nil {
		return nil, err
	}
	at := cursor{epoch: head.Epoch, position: head.Position}
	if token := req.GetPageToken(); token != "" {
		if at, err = decodeCursor(f, token); err != nil {
			return nil, err
		}
		if err := head.accept(at.epoch, at.position); err != nil {
			return nil, err
		}
	}
	facts, next, err := s.pageOfFacts(ctx, at.key, size(int(req.GetPageSize())))
	if err != nil {
		return nil, err
	}
	resp := &feedv1.ListFactsResponse{Epoch: at.epoch, SnapshotPosition: at.position}
	if facts, err = s.source.keep(ctx, f, facts); err != nil {
		return nil, err
	}
	if resp.Facts, err = factsOf(facts); err != nil {
		return nil, err
	}
	if next != "" {
		at.key = next
		resp.NextPageToken = at.encode(f)
	}
	return resp, nil
}

// pageOfFacts asks for fewer facts when their bodies would make too large a message.
func (s *Server) pageOfFacts(ctx context.Context, after string, limit int) ([]Fact, string, error) {
	for {
		facts, next, err := s.facts.ListFacts(ctx, after, limit)
		if err != nil {
			return nil, "", err
		}
		bytes := 0
		for i := range facts {
			bytes += len(facts[i].Body) + 128
		}
		if bytes <= 2*maxBytes || limit <= 1 {
			return facts, next, nil
		}
		limit = max(limit/4, 1)
	}
}

// cursor is what the token of ListFacts holds.
type cursor struct {
	epoch    string
	position int64
	key      string
}

const cursorOf = "feed.facts"

func (c cursor) encode(f Filter) string {
	return page.Encode(f.bound(cursorOf), fmt.Sprintf("%s %d %s", c.epoch, c.position, c.key))
}

func decodeCursor(f Filter, token string) (cursor, error) {
	text, err := page.Decode(f.bound(cursorOf), token)
	if err != nil {
		return cursor{}, err
	}
	parts := strings.SplitN(text, " ", 3)
	if len(parts) != 3 {
		return cursor{}, page.ErrToken
	}
	position, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return cursor{}, page.ErrToken
	}
	return cursor{epoch: parts[0], position: position, key: parts[2]}, nil
}

func changesOf(in []Change) ([]*feedv1.Change, error) {
	out := make([]*feedv1.Change, len(in))
	for i := range in {
		f, err := ProtoOf(&in[i].Fact)
		if err != nil {
			return nil, err
		}
		out[i] = &feedv1.Change{Position: in[i].Position, Fact: f}
	}
	return out, nil
}

// bodyField is the distance between a kind's number and the field of its body.
const bodyField = 10

// ProtoOf is the fact as the contract has it: the stored body in the field of its kind.
func ProtoOf(f *Fact) (*feedv1.Fact, error) {
	out := &feedv1.Fact{
		Kind: feedv1.FactKind(f.Kind), FactId: f.ID, ResidentId: f.ResidentID, Version: f.Version, Deleted: f.Deleted,
	}
	if f.Deleted {
		return out, nil
	}
	out.RecordedYmd = int32(f.Recorded.YYYYMMDD())
	raw := make([]byte, 0, len(f.Body)+8)
	raw = protowire.AppendTag(raw, protowire.Number(f.Kind+bodyField), protowire.BytesType)
	raw = protowire.AppendBytes(raw, f.Body)
	if err := (proto.UnmarshalOptions{Merge: true}).Unmarshal(raw, out); err != nil {
		return nil, fmt.Errorf("change feed: the body of a fact of kind %d is damaged", f.Kind)
	}
	return out, nil
}
