package rpc

import (
	"context"
	"slices"
	"strconv"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"
)

// CreateFeedProfile implements registryv1.FeedIntakeServiceServer.
func (f *Feed) CreateFeedProfile(ctx context.Context, req *registryv1.CreateFeedProfileRequest) (*registryv1.CreateFeedProfileResponse, error) {
	p, err := f.checked(readProfile(req.GetProfile()))
	if err != nil {
		return nil, err
	}
	if !req.GetValidateOnly() {
		if p, err = f.store.CreateFeedProfile(ctx, p); err != nil {
			return nil, err
		}
	}
	return &registryv1.CreateFeedProfileResponse{Profile: feedProfile(p)}, nil
}

// checked fills in what a profile may leave out, and checks it.
func (f *Feed) checked(p intake.Profile) (out intake.Profile, err error) {
	if p.Target, err = f.intake.TargetName(p.Target); err != nil {
		return p, err
	}
	p.Changed = f.now()
	return p, f.intake.CheckProfile(p)
}

// profileFields are what a mask may name, and how each is taken over.
var profileFields = map[string]func(to *intake.Profile, from intake.Profile){
	"title":          func(to *intake.Profile, from intake.Profile) { to.Title = from.Title },
	"sender_pattern": func(to *intake.Profile, from intake.Profile) { to.Senders = from.Senders },
	"target":         func(to *intake.Profile, from intake.Profile) { to.Target = from.Target },
	"hints":          func(to *intake.Profile, from intake.Profile) { to.Hints = from.Hints },
	"columns":        func(to *intake.Profile, from intake.Profile) { to.Columns = from.Columns },
	"only_columns":   func(to *intake.Profile, from intake.Profile) { to.Only = from.Only },
	"words":          func(to *intake.Profile, from intake.Profile) { to.Words = from.Words },
	"date_format":    func(to *intake.Profile, from intake.Profile) { to.DateFormat = from.DateFormat },
	"constants":      func(to *intake.Profile, from intake.Profile) { to.Constants = from.Constants },
	"skips":          func(to *intake.Profile, from intake.Profile) { to.Skips = from.Skips },
}

// UpdateFeedProfile implements registryv1.FeedIntakeServiceServer.
func (f *Feed) UpdateFeedProfile(ctx context.Context, req *registryv1.UpdateFeedProfileRequest) (*registryv1.UpdateFeedProfileResponse, error) {
	in, paths := readProfile(req.GetProfile()), req.GetUpdateMask().GetPaths()
	var c wire.Check
	in.Version = version(&c, "profile.etag", req.GetProfile().GetEtag())
	for _, path := range paths {
		if profileFields[path] == nil && path != "*" {
			c.Refuse("update_mask", "不能修改 cannot be changed: "+path[:min(len(path), 40)])
		}
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	p, err := f.store.FeedProfile(ctx, in.Name)
	if err != nil {
		return nil, err
	}
	if in.Version != 0 && in.Version != p.Version {
		return nil, intake.ErrProfileChanged
	}
	all := len(paths) == 0 || slices.Contains(paths, "*")
	for path, take := range profileFields {
		if all || slices.Contains(paths, path) {
			take(&p, in)
		}
	}
	// What was read above is what is replaced: its version goes along.
	if p, err = f.checked(p); err == nil && !req.GetValidateOnly() {
		p, err = f.store.UpdateFeedProfile(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	return &registryv1.UpdateFeedProfileResponse{Profile: feedProfile(p)}, nil
}

// GetFeedProfile implements registryv1.FeedIntakeServiceServer.
func (f *Feed) GetFeedProfile(ctx context.Context, req *registryv1.GetFeedProfileRequest) (*registryv1.GetFeedProfileResponse, error) {
	var p intake.Profile
	var err error
	if req.GetName() == intake.DefaultProfile {
		p, err = f.intake.BuiltIn("")
	} else {
		p, err = f.store.FeedProfile(ctx, req.GetName())
	}
	if err != nil {
		return nil, err
	}
	return &registryv1.GetFeedProfileResponse{Profile: feedProfile(p)}, nil
}

// ListFeedProfiles implements registryv1.FeedIntakeServiceServer.
func (f *Feed) ListFeedProfiles(ctx context.Context, req *registryv1.ListFeedProfilesRequest) (*registryv1.ListFeedProfilesResponse, error) {
	list, next, err := f.store.FeedProfiles(ctx, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	resp := &registryv1.ListFeedProfilesResponse{NextPageToken: next}
	for _, p := range list {
		resp.Profiles = append(resp.Profiles, feedProfile(p))
	}
	return resp, nil
}

// DeleteFeedProfile implements registryv1.FeedIntakeServiceServer.
func (f *Feed) DeleteFeedProfile(ctx context.Context, req *registryv1.DeleteFeedProfileRequest) (*registryv1.DeleteFeedProfileResponse, error) {
	var c wire.Check
	v := version(&c, "etag", req.GetEtag())
	if err := c.Err(); err != nil {
		return nil, err
	}
	if err := f.store.DeleteFeedProfile(ctx, req.GetName(), v); err != nil {
		return nil, err
	}
	return &registryv1.DeleteFeedProfileResponse{}, nil
}

// version reads an etag; 0 is none.
func version(c *wire.Check, path, etag string) int64 {
	if etag == "" {
		return 0
	}
	v, err := strconv.ParseInt(etag, 10, 64)
	if err != nil || v < 1 {
		c.Refuse(path, "不是版本号 is no version")
	}
	return v
}
