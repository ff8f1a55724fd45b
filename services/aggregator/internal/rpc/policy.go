package rpc

import (
	"context"
	"strconv"
	"time"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/platform/authz"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
)

// PackBook is the packs of the derived state as the calls see them.
type PackBook interface {
	LoadPack(ctx context.Context, in coverage.LoadPack) (coverage.PackChange, error)
	RetirePack(ctx context.Context, id, requestID string) (coverage.Operation, error)
	PackVersions(ctx context.Context, id string) ([]coverage.PackVersion, error)
	WhatIf(ctx context.Context, q coverage.WhatIf, progress func(done, total int64) error) (coverage.Tried, error)
}

// PackServer implements aggregatorv1.PolicyPackServiceServer.
type PackServer struct {
	aggregatorv1.UnimplementedPolicyPackServiceServer
	book   PackBook
	trials Trials
	now    func() time.Time
}

// Trials keeps the files of what-if runs for a while. Keep returns "" where nothing
// is kept.
type Trials interface {
	Keep(ctx context.Context, source []byte) (id string, err error)
	Find(ctx context.Context, id string) (source []byte, err error)
}

// NewPacks returns the server.
func NewPacks(book PackBook, trials Trials, now func() time.Time) *PackServer {
	return &PackServer{book: book, trials: trials, now: now}
}

const maxPackID = 64

func source(c *wire.Check, text string) {
	if n := len(text); n == 0 || n > maxPack {
		c.Refuse("source_yaml", "必填，最大 1 MiB required, at most 1 MiB")
	}
}

func packID(c *wire.Check, id string) {
	if id == "" || len(id) > maxPackID {
		c.Refuse("pack_id", "必填，最多 64 个字符 required, at most 64 characters")
	}
}

// LoadPolicyPack implements aggregatorv1.PolicyPackServiceServer.
func (s *PackServer) LoadPolicyPack(ctx context.Context, req *aggregatorv1.LoadPolicyPackRequest) (*aggregatorv1.LoadPolicyPackResponse, error) {
	var c wire.Check
	source(&c, req.GetSourceYaml())
	if err := c.Err(); err != nil {
		return nil, err
	}
	out, err := s.book.LoadPack(ctx, coverage.LoadPack{
		Source: []byte(req.GetSourceYaml()), RequestID: req.GetRequestId(), DryRun: req.GetDryRun(), By: string(authz.CallerOf(ctx)),
	})
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.LoadPolicyPackResponse{Pack: packMessage(out.Pack), CasesRun: int32(out.CasesRun), Operation: begunOperation(out.Operation)}, nil
}

// begunOperation is nil when nothing was begun.
func begunOperation(op coverage.Operation) *typev1.Operation {
	if op.ID == "" {
		return nil
	}
	return operation(op)
}

// RetirePolicyPack implements aggregatorv1.PolicyPackServiceServer.
func (s *PackServer) RetirePolicyPack(ctx context.Context, req *aggregatorv1.RetirePolicyPackRequest) (*aggregatorv1.RetirePolicyPackResponse, error) {
	var c wire.Check
	packID(&c, req.GetPackId())
	if err := c.Err(); err != nil {
		return nil, err
	}
	op, err := s.book.RetirePack(ctx, req.GetPackId(), req.GetRequestId())
	if err != nil {
		return nil, err
	}
	return &aggregatorv1.RetirePolicyPackResponse{Operation: begunOperation(op)}, nil
}

// ListPolicyPackVersions implements aggregatorv1.PolicyPackServiceServer.
func (s *PackServer) ListPolicyPackVersions(ctx context.Context, req *aggregatorv1.ListPolicyPackVersionsRequest) (*aggregatorv1.ListPolicyPackVersionsResponse, error) {
	var c wire.Check
	packID(&c, req.GetPackId())
	if err := c.Err(); err != nil {
		return nil, err
	}
	q := page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}
	limit, err := q.Limit()
	if err != nil {
		return nil, err
	}
	filter := []byte("pack versions " + req.GetPackId())
	after, err := q.Key(filter)
	if err != nil {
		return nil, err
	}
	versions, err := s.book.PackVersions(ctx, req.GetPackId())
	if err != nil {
		return nil, err
	}
	resp, on := &aggregatorv1.ListPolicyPackVersionsResponse{}, after == ""
	for i := range versions {
		v := &versions[i]
		switch {
		case !on:
			on = versionKey(v) == after
		case len(resp.Versions) == limit:
			resp.NextPageToken = page.Encode(filter, versionKey(&versions[i-1]))
			return resp, nil
		default:
			resp.Versions = append(resp.Versions, versionMessage(v))
		}
	}
	return resp, nil
}

// GetPolicyPackVersion implements aggregatorv1.PolicyPackServiceServer.
func (s *PackServer) GetPolicyPackVersion(ctx context.Context, req *aggregatorv1.GetPolicyPackVersionRequest) (*aggregatorv1.GetPolicyPackVersionResponse, error) {
	var c wire.Check
	packID(&c, req.GetPackId())
	if req.GetVersion() < 1 {
		c.Refuse("version", "应为正整数 must be a positive number")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	versions, err := s.book.PackVersions(ctx, req.GetPackId())
	if err != nil {
		return nil, err
	}
	for i := range versions {
		if v := &versions[i]; v.Version == int(req.GetVersion()) {
			out := versionMessage(v)
			out.SourceYaml = string(v.Source)
			return &aggregatorv1.GetPolicyPackVersionResponse{Version: out}, nil
		}
	}
	return nil, coverage.ErrPackVersion
}

// versionKey is where a version stands in the list. A version may be built in and
// loaded as well.
func versionKey(v *coverage.PackVersion) string {
	if v.BuiltIn {
		return strconv.Itoa(v.Version) + " built in"
	}
	return strconv.Itoa(v.Version)
}

func versionMessage(v *coverage.PackVersion) *aggregatorv1.PolicyPackVersion {
	return &aggregatorv1.PolicyPackVersion{
		PackId: v.ID, Version: int32(v.Version), BuiltIn: v.BuiltIn, InUse: v.InUse, LoadedBy: v.LoadedBy,
		LoadTime: wire.TimeProto(v.Loaded), UseTime: wire.TimeProto(v.Used), EndTime: wire.TimeProto(v.Ended),
	}
}
