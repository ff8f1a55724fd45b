package recordintake

import (
	"context"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/intakestore"
)

// givenProfile names the mapping that comes with a file.
const givenProfile = "given"

type mappingOf struct{}

// profiles adds the mapping of the call to those that are kept.
type profiles struct{ *intakestore.SQL }

// FeedProfile implements intake.Profiles.
func (p profiles) FeedProfile(ctx context.Context, name string) (intake.Profile, error) {
	if given, ok := ctx.Value(mappingOf{}).(intake.Profile); ok && name == givenProfile {
		return given, nil
	}
	return p.SQL.FeedProfile(ctx, name)
}

// withMapping lets a call carry the mapping of its header. It fails with
// FEED_PROFILE_INVALID.
func (im *Import) withMapping(ctx context.Context, h *intake.Header, m *intakev1.ImportMapping) (context.Context, error) {
	if m == nil {
		return ctx, nil
	}
	if h.Profile != "" {
		return ctx, intake.ErrProfile.On("header.profile", "与 mapping 只能取一 not together with mapping")
	}
	p := intake.Profile{Name: givenProfile, Version: 1, Target: h.Target}
	readMapping(&p, m)
	if err := im.intake.CheckProfile(p); err != nil {
		return ctx, err
	}
	h.Profile = givenProfile
	return context.WithValue(ctx, mappingOf{}, p), nil
}
