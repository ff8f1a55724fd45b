package recordintake

import (
	"context"
	"slices"
	"strconv"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"
)

// CreateImportProfile implements intakev1.RecordImportServiceServer.
func (s *server) CreateImportProfile(ctx context.Context, req *intakev1.CreateImportProfileRequest) (*intakev1.CreateImportProfileResponse, error) {
	k, err := s.kind(req.GetKind())
	if err != nil {
		return nil, err
	}
	p, err := s.checked(k, readProfile(req.GetProfile()))
	if err == nil && !req.GetValidateOnly() {
		p, err = s.im.batches.CreateFeedProfile(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	return &intakev1.CreateImportProfileResponse{Profile: profileProto(p)}, nil
}

// checked fills in what a profile may leave out, and checks it. It fails with
// FEED_PROFILE_INVALID.
func (s *server) checked(k *Kind, p intake.Profile) (intake.Profile, error) {
	if p.Name == givenProfile {
		return p, intake.ErrProfile.On("profile.name", "given 是保留名称 is reserved")
	}
	p.Target, p.Changed = k.target(), s.im.now()
	return p, s.im.intake.CheckProfile(p)
}

// profileFields are what a mask may name, and how each is taken over.
var profileFields = map[string]func(to *intake.Profile, from intake.Profile){
	"title":          func(to *intake.Profile, from intake.Profile) { to.Title = from.Title },
	"sender_pattern": func(to *intake.Profile, from intake.Profile) { to.Senders = from.Senders },
	"hints":          func(to *intake.Profile, from intake.Profile) { to.Hints = from.Hints },
	"mapping": func(to *intake.Profile, from intake.Profile) {
		to.Columns, to.Words, to.Constants, to.DateFormat = from.Columns, from.Words, from.Constants, from.DateFormat
	},
	"only_columns": func(to *intake.Profile, from intake.Profile) { to.Only = from.Only },
	"skips":        func(to *intake.Profile, from intake.Profile) { to.Skips = from.Skips },
}

// UpdateImportProfile implements intakev1.RecordImportServiceServer.
func (s *server) UpdateImportProfile(ctx context.Context, req *intakev1.UpdateImportProfileRequest) (*intakev1.UpdateImportProfileResponse, error) {
	k, err := s.kind(req.GetKind())
	if err != nil {
		return nil, err
	}
	in, paths := readProfile(req.GetProfile()), req.GetUpdateMask().GetPaths()
	var c wire.Check
	in.Version = profileVersion(&c, "profile.etag", req.GetProfile().GetEtag())
	for _, path := range paths {
		if profileFields[path] == nil && path != "*" {
			c.Refuse("update_mask", "不能修改 cannot be changed: "+path[:min(len(path), 40)])
		}
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	p, err := s.profile(ctx, k, in.Name)
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
	if p, err = s.checked(k, p); err == nil && !req.GetValidateOnly() {
		p, err = s.im.batches.UpdateFeedProfile(ctx, p)
	}
	if err != nil {
		return nil, err
	}
	return &intakev1.UpdateImportProfileResponse{Profile: profileProto(p)}, nil
}

// profile finds a profile of a kind. It fails with FEED_PROFILE_NOT_FOUND.
func (s *server) profile(ctx context.Context, k *Kind, name string) (intake.Profile, error) {
	p, err := s.im.batches.FeedProfile(ctx, name)
	if err == nil && p.Target != k.target() {
		return intake.Profile{}, intake.ErrProfileNotFound
	}
	return p, err
}

// GetImportProfile implements intakev1.RecordImportServiceServer.
func (s *server) GetImportProfile(ctx context.Context, req *intakev1.GetImportProfileRequest) (*intakev1.GetImportProfileResponse, error) {
	k, err := s.kind(req.GetKind())
	if err != nil {
		return nil, err
	}
	var p intake.Profile
	if req.GetName() == intake.DefaultProfile {
		p, err = s.im.intake.BuiltIn(k.target())
	} else {
		p, err = s.profile(ctx, k, req.GetName())
	}
	if err != nil {
		return nil, err
	}
	return &intakev1.GetImportProfileResponse{Profile: profileProto(p)}, nil
}

// ListImportProfiles implements intakev1.RecordImportServiceServer.
func (s *server) ListImportProfiles(ctx context.Context, req *intakev1.ListImportProfilesRequest) (*intakev1.ListImportProfilesResponse, error) {
	k, err := s.kind(req.GetKind())
	if err != nil {
		return nil, err
	}
	list, next, err := s.im.batches.FeedProfilesOf(ctx, k.target(), page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	resp := &intakev1.ListImportProfilesResponse{NextPageToken: next}
	for _, p := range list {
		resp.Profiles = append(resp.Profiles, profileProto(p))
	}
	return resp, nil
}

// DeleteImportProfile implements intakev1.RecordImportServiceServer.
func (s *server) DeleteImportProfile(ctx context.Context, req *intakev1.DeleteImportProfileRequest) (*intakev1.DeleteImportProfileResponse, error) {
	k, err := s.kind(req.GetKind())
	if err != nil {
		return nil, err
	}
	var c wire.Check
	v := profileVersion(&c, "etag", req.GetEtag())
	if err := c.Err(); err != nil {
		return nil, err
	}
	if _, err := s.profile(ctx, k, req.GetName()); err != nil {
		return nil, err
	}
	if err := s.im.batches.DeleteFeedProfile(ctx, req.GetName(), v); err != nil {
		return nil, err
	}
	return &intakev1.DeleteImportProfileResponse{}, nil
}

// profileVersion reads an etag; 0 is none.
func profileVersion(c *wire.Check, path, etag string) int64 {
	if etag == "" {
		return 0
	}
	v, err := strconv.ParseInt(etag, 10, 64)
	if err != nil || v < 1 {
		c.Refuse(path, "不是版本号 is no version")
	}
	return v
}
