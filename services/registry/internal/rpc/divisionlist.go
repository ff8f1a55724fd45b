package rpc

import (
	"context"
	"errors"
	"io"
	"strings"

	"google.golang.org/grpc"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/places"
)

// DivisionLists is what the registry keeps of the administrative tree as a whole.
type DivisionLists interface {
	DivisionsBelow(ctx context.Context, scope core.Division, day civil.Date) ([]core.Division, error)
	LivingIn(ctx context.Context, villages []string) (map[string]int, error)
	ApplyDivisionChanges(ctx context.Context, changes []places.Change, from civil.Date) error
	DivisionRuns(ctx context.Context, codes []string) (map[string][]core.Division, error)
	FindDivisions(ctx context.Context, path []string, within string, day civil.Date, q page.Query) ([]core.DivisionMatch, page.Next, error)
}

const (
	maxListBytes  = 64 << 20
	shownOfADiff  = 1000
	maxNameOfPath = 200
)

var (
	errListTooLarge = fault.New(fault.Exhausted, "DIVISION_FILE_TOO_LARGE", "the list is larger than 64 MiB; import it by smaller scopes", "清单超过 64 MiB，请按较小范围分别导入")
	errDiffChanged  = fault.New(fault.Stale, "DIVISION_DIFF_CHANGED",
		"the differences are not those that were looked at: the list or the tree changed since; look at them again", "差异与所核对的不一致（清单或区划已变），请重新核对")
)

// ImportDivisions implements registryv1.PlaceServiceServer.
func (p *Places) ImportDivisions(stream grpc.ClientStreamingServer[registryv1.ImportDivisionsRequest, registryv1.ImportDivisionsResponse]) error {
	ctx := stream.Context()
	h, raw, err := receiveList(stream)
	if err != nil {
		return err
	}
	var c wire.Check
	code := c.Division("header.scope_code", h.GetScopeCode(), wire.Required)
	from := c.Date("header.effective_date", h.GetEffectiveDate(), !wire.Required)
	if err := c.Err(); err != nil {
		return err
	}
	scope, err := p.divisions.Division(ctx, code, orDay(from, p.today()))
	if err != nil {
		return err
	}
	d, err := p.compare(ctx, scope, raw, from)
	if err != nil {
		return err
	}
	out := d.proto()
	if h.GetApply() {
		if h.GetDiffDigest() != d.digest {
			return errDiffChanged
		}
		if err := p.lists.ApplyDivisionChanges(ctx, d.changes, from); err != nil {
			return err
		}
		out.Applied = true
	}
	return stream.SendAndClose(out)
}

func orDay(d, other civil.Date) civil.Date {
	if d == civil.None {
		return other
	}
	return d
}

// receiveList takes the header and the whole list, or the bundled one.
func receiveList(stream grpc.ClientStreamingServer[registryv1.ImportDivisionsRequest, registryv1.ImportDivisionsResponse]) (h *registryv1.DivisionListHeader, raw []byte, err error) {
	for {
		m, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		if h == nil {
			h = m.GetHeader()
		}
		if raw = append(raw, m.GetData()...); len(raw) > maxListBytes {
			return nil, nil, errListTooLarge
		}
	}
	if h.GetBundled() == "" {
		return h, raw, nil
	}
	list, ok := places.Bundled(h.GetBundled())
	if !ok || len(raw) > 0 {
		return nil, nil, places.ErrList.On("header.bundled", "须为以下之一，且不带数据 one of these, and without data: "+strings.Join(places.BundledCodes(), "、"))
	}
	return h, list, nil
}

// difference is what an import would do.
type difference struct {
	changes   []places.Change
	unchanged int
	residents int
	digest    string
}

func (p *Places) compare(ctx context.Context, scope core.Division, raw []byte, from civil.Date) (d difference, err error) {
	lines, err := places.ReadList(raw)
	if err != nil {
		return d, err
	}
	if lines, err = places.Complete(lines, scope); err != nil {
		return d, err
	}
	current, err := p.lists.DivisionsBelow(ctx, scope, orDay(from, p.today()))
	if err != nil {
		return d, err
	}
	if d.changes, d.unchanged, err = places.Diff(current, lines, from); err != nil {
		return d, err
	}
	d.digest = places.Digest(scope.Code, from, d.changes)
	var ending []string
	for _, c := range d.changes {
		if c.After.Code == "" && c.Before.Level == core.Village {
			ending = append(ending, c.Before.Code)
		}
	}
	living, err := p.lists.LivingIn(ctx, ending)
	for i := range d.changes {
		d.changes[i].Residents = living[d.changes[i].Before.Code]
		d.residents += d.changes[i].Residents
	}
	return d, err
}

func (d difference) proto() *registryv1.ImportDivisionsResponse {
	out := &registryv1.ImportDivisionsResponse{DiffDigest: d.digest, Unchanged: int32(d.unchanged), ResidentsAffected: int32(d.residents)}
	counts := map[places.Kind]*int32{
		places.Added: &out.Added, places.Renamed: &out.Renamed, places.Moved: &out.Moved, places.Ended: &out.Ended,
		places.Recoded: &out.Recoded, places.Merged: &out.Recoded, places.Split: &out.Recoded,
	}
	for i, c := range d.changes {
		*counts[c.Kind]++
		if i < shownOfADiff {
			out.Changes = append(out.Changes, changeProto(c))
		}
	}
	return out
}

func changeProto(c places.Change) *registryv1.DivisionChange {
	out := &registryv1.DivisionChange{Kind: registryv1.DivisionStepKind(c.Kind), SuccessorCodes: c.Successors, Residents: int32(c.Residents)}
	if c.Before.Code != "" {
		out.Before = divisionProto(c.Before)
	}
	if c.After.Code != "" {
		out.After = divisionProto(c.After)
	}
	return out
}

// TraceDivision implements registryv1.PlaceServiceServer.
func (p *Places) TraceDivision(ctx context.Context, req *registryv1.TraceDivisionRequest) (*registryv1.TraceDivisionResponse, error) {
	var c wire.Check
	code := c.Division("division_code", req.GetDivisionCode(), wire.Required)
	from := c.Date("from_date", req.GetFromDate(), wire.Required)
	until := orDay(c.Date("until_date", req.GetUntilDate(), !wire.Required), p.today())
	if until < from {
		c.Refuse("until_date", "早于 from_date before from_date")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	steps, nodes, err := places.Trace(code, from, until, func(codes []string) (map[string][]core.Division, error) {
		return p.lists.DivisionRuns(ctx, codes)
	})
	if err != nil {
		return nil, err
	}
	out := &registryv1.TraceDivisionResponse{Divisions: divisionProtos(nodes)}
	for _, s := range steps {
		out.Steps = append(out.Steps, &registryv1.DivisionStep{
			Date: wire.DateProto(s.On), Kind: registryv1.DivisionStepKind(s.Kind), DivisionCode: s.Code, SuccessorCodes: s.Successors,
		})
	}
	return out, nil
}

// FindDivisions implements registryv1.PlaceServiceServer.
func (p *Places) FindDivisions(ctx context.Context, req *registryv1.FindDivisionsRequest) (*registryv1.FindDivisionsResponse, error) {
	var c wire.Check
	name := c.Text("name", req.GetName(), maxNameOfPath, wire.Required)
	within := c.Division("within_code", req.GetWithinCode(), !wire.Required)
	day := orDay(c.Date("as_of_date", req.GetAsOfDate(), !wire.Required), p.today())
	path := strings.FieldsFunc(name, func(r rune) bool { return r == '/' || r == ' ' })
	if len(path) == 0 && name != "" {
		c.Refuse("name", "没有名称 names nothing")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	list, next, err := p.lists.FindDivisions(ctx, path, within, day, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	out := &registryv1.FindDivisionsResponse{NextPageToken: next}
	for _, m := range list {
		out.Matches = append(out.Matches, &registryv1.DivisionMatch{Division: divisionProto(m.Division), Path: m.Path})
	}
	return out, nil
}
