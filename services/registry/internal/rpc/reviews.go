package rpc

import (
	"context"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/review"
)

// Reviews is the review queue as the registry keeps it.
type Reviews interface {
	Items(ctx context.Context, f review.Filter, q page.Query) ([]review.Item, page.Next, error)
	Counts(ctx context.Context, division string, byChild bool, today civil.Date) ([]review.Count, error)
	Item(ctx context.Context, id string) (review.Item, []core.Resident, []review.Decision, error)
	Decide(ctx context.Context, req record.Request, c review.Choice, now time.Time) (review.Item, error)
}

// Matches is the search for duplicates as an operator sees it.
type Matches interface {
	Progress(ctx context.Context) (review.Progress, error)
	Rebuild(ctx context.Context, now time.Time) error
}

// Queue implements registryv1.ReviewServiceServer.
type Queue struct {
	registryv1.UnsafeReviewServiceServer
	reviews Reviews
	matches Matches
	now     func() time.Time
}

var _ registryv1.ReviewServiceServer = (*Queue)(nil)

// NewQueue returns a server over the queue and the search that feeds it.
func NewQueue(reviews Reviews, matches Matches, now func() time.Time) *Queue {
	return &Queue{reviews: reviews, matches: matches, now: now}
}

func (q *Queue) today() civil.Date { return civil.DateOf(q.now()) }

// ListReviewItems implements registryv1.ReviewServiceServer.
func (q *Queue) ListReviewItems(ctx context.Context, req *registryv1.ListReviewItemsRequest) (*registryv1.ListReviewItemsResponse, error) {
	var c wire.Check
	f := review.Filter{
		Division: c.Division("division", req.GetDivision(), !wire.Required), Kind: req.GetKind(),
		Priority: review.Priority(c.Enum("priority", int32(req.GetPriority()), registryv1.ReviewPriority_name, !wire.Required)), Today: q.today(),
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if _, known := review.KindText(f.Kind); f.Kind != "" && !known {
		return nil, review.ErrKind.On("kind", "不是可选值 not one of the values")
	}
	list, next, err := q.reviews.Items(ctx, f, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListReviewItemsResponse{NextPageToken: next}
	for i := range list {
		out.Items = append(out.Items, reviewProto(&list[i]))
	}
	return out, nil
}

// CountReviewItems implements registryv1.ReviewServiceServer.
func (q *Queue) CountReviewItems(ctx context.Context, req *registryv1.CountReviewItemsRequest) (*registryv1.CountReviewItemsResponse, error) {
	var c wire.Check
	division := c.Division("division", req.GetDivision(), !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	list, err := q.reviews.Counts(ctx, division, req.GetByChild(), q.today())
	if err != nil {
		return nil, err
	}
	out := &registryv1.CountReviewItemsResponse{}
	for _, n := range list {
		text, _ := review.KindText(n.Kind)
		out.Counts = append(out.Counts, &registryv1.ReviewCount{
			Division: n.Division, Kind: n.Kind, Count: int32(n.Items), TextZh: text.Chinese, TextEn: text.English,
		})
	}
	return out, nil
}

// GetReviewItem implements registryv1.ReviewServiceServer.
func (q *Queue) GetReviewItem(ctx context.Context, req *registryv1.GetReviewItemRequest) (*registryv1.GetReviewItemResponse, error) {
	item, residents, decisions, err := q.reviews.Item(ctx, req.GetItemId())
	if err != nil {
		return nil, err
	}
	out := &registryv1.GetReviewItemResponse{Item: reviewProto(&item)}
	for _, r := range residents {
		out.Residents = append(out.Residents, residentProto(r))
	}
	if l := item.Row; l != nil {
		out.Listed = &registryv1.ListedRow{Sender: l.Sender, BatchId: l.BatchID, Row: int32(l.Row), EventId: l.EventID, Person: residentProto(l.Person)}
	}
	for _, d := range decisions {
		out.Decisions = append(out.Decisions, &registryv1.ReviewDecision{
			Verdict: registryv1.ReviewVerdict(d.Verdict), DecidedBy: d.By, Note: d.Note, DecideTime: wire.TimeProto(d.Time),
			UntilDate: wire.DateProto(d.Until), EventId: d.EventID,
		})
	}
	return out, nil
}

// DecideReviewItem implements registryv1.ReviewServiceServer.
func (q *Queue) DecideReviewItem(ctx context.Context, req *registryv1.DecideReviewItemRequest) (*registryv1.DecideReviewItemResponse, error) {
	version, err := record.ParseEtag(req.GetEtag())
	if err != nil {
		return nil, err
	}
	var c wire.Check
	choice := review.Choice{ItemID: c.ID("item_id", req.GetItemId(), wire.Required), Version: version, ResidentID: c.ID("resident_id", req.GetResidentId(), !wire.Required), Decision: review.Decision{
		Verdict: review.Verdict(c.Enum("verdict", int32(req.GetVerdict()), registryv1.ReviewVerdict_name, wire.Required)),
		By:      c.Text("decided_by", req.GetDecidedBy(), 64, wire.Required), Note: c.Text("note", req.GetNote(), 500, !wire.Required),
		Until: c.Date("until_date", req.GetUntilDate(), !wire.Required),
	}}
	if later := choice.Verdict == review.AskLater; later != (choice.Until != civil.None) {
		c.Refuse("until_date", "仅“稍后”须填写，且必填 required for LATER, and for nothing else")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	request, err := requestOf(req.GetRequestId(), req)
	if err != nil {
		return nil, err
	}
	item, err := q.reviews.Decide(ctx, request, choice, q.now())
	if err != nil {
		return nil, err
	}
	return &registryv1.DecideReviewItemResponse{Item: reviewProto(&item)}, nil
}

// GetMatchProgress implements registryv1.ReviewServiceServer.
func (q *Queue) GetMatchProgress(ctx context.Context, _ *registryv1.GetMatchProgressRequest) (*registryv1.GetMatchProgressResponse, error) {
	p, err := q.matches.Progress(ctx)
	if err != nil {
		return nil, err
	}
	return &registryv1.GetMatchProgressResponse{
		Operation: matchOperation(p), Position: p.Position, Head: p.Head, ComparedPairs: p.Compared, CappedEntries: p.Capped,
	}, nil
}

// RebuildMatches implements registryv1.ReviewServiceServer.
func (q *Queue) RebuildMatches(ctx context.Context, _ *registryv1.RebuildMatchesRequest) (*registryv1.RebuildMatchesResponse, error) {
	if err := q.matches.Rebuild(ctx, q.now()); err != nil {
		return nil, err
	}
	p, err := q.matches.Progress(ctx)
	if err != nil {
		return nil, err
	}
	return &registryv1.RebuildMatchesResponse{Operation: matchOperation(p)}, nil
}

func matchOperation(p review.Progress) *typev1.Operation {
	op := &typev1.Operation{
		OperationId: "match", Kind: "registry.match", State: typev1.OperationState_OPERATION_STATE_RUNNING, Stage: p.Stage, Done: p.Done, Total: p.Total,
		CreateTime: wire.TimeProto(p.Started),
	}
	if p.Stage == "follow" {
		op.Done = p.Total
		return op
	}
	if spent := p.Updated.Sub(p.Started).Seconds(); spent > 0 && p.Done > 0 {
		op.Rate = float64(p.Done) / spent
		op.RemainingSeconds = int32(float64(max(p.Total-p.Done, 0)) / op.Rate)
	}
	return op
}

func reviewProto(i *review.Item) *registryv1.ReviewItem {
	text, _ := review.KindText(i.Kind)
	out := &registryv1.ReviewItem{
		ItemId: i.ID, Kind: i.Kind, Priority: registryv1.ReviewPriority(i.Priority), State: registryv1.ReviewState(i.State),
		ResidentIds: []string{i.ResidentID}, OpenTime: wire.TimeProto(i.Opened), UntilDate: wire.DateProto(i.HiddenUntil), Score: i.Score,
		TextZh: text.Chinese, TextEn: text.English, Etag: etag(i.Version),
	}
	if i.OtherID != "" && i.Kind != review.Listed {
		out.ResidentIds = append(out.ResidentIds, i.OtherID)
	}
	for _, d := range []string{i.Division, i.OtherPlace} {
		if d != "" && (len(out.Divisions) == 0 || out.Divisions[0] != d) {
			out.Divisions = append(out.Divisions, d)
		}
	}
	for _, r := range i.Rules {
		out.Rules = append(out.Rules, string(r))
	}
	for _, f := range i.Fields {
		level := review.LevelText(f.Level)
		out.Fields = append(out.Fields, &registryv1.FieldComparison{
			Field: string(f.Field), Level: string(f.Level), Weight: f.Weight, TextZh: level.Chinese, TextEn: level.English,
		})
	}
	return out
}
