package registry_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

func fixedProfile() *registryv1.FeedProfile {
	return &registryv1.FeedProfile{
		Name: "county", SenderPattern: "ga-9901*", Title: "县局定长文件",
		Hints: &registryv1.FeedHints{Format: "FIXED", Encoding: "GB18030", FixedColumns: []*registryv1.FixedColumn{
			{Name: "HM", ByteCount: 18}, {Name: "RQ", From: 18, ByteCount: 8}, {Name: "QH", From: 26, ByteCount: 12},
		}},
		Columns: []*registryv1.FeedProfileColumn{
			{Column: "HM", Field: "citizen_number"}, {Column: "RQ", Field: "effective_date"}, {Column: "QH", Field: "division"},
		},
		Words:     []*registryv1.FeedProfileWord{{Field: "sex", Word: "甲", Code: "1"}},
		Constants: []*registryv1.FeedProfileConstant{{Field: "type", Value: "ARRIVE"}},
		Skips:     []*registryv1.FeedProfileSkip{{Column: "HM", Values: []string{"合计*"}}},
	}
}

func TestProfilesOfSendersOverTheWire(t *testing.T) {
	eachStreams(t, func(t *testing.T, s *streams) {
		c, ctx := s.client(), t.Context()
		rehearsed, err := c.CreateFeedProfile(ctx, &registryv1.CreateFeedProfileRequest{Profile: fixedProfile(), ValidateOnly: true})
		if err != nil || rehearsed.GetProfile().GetTarget() != "registry.import" || rehearsed.GetProfile().GetEtag() != "" {
			t.Fatal(rehearsed, err)
		}
		if _, err := c.GetFeedProfile(ctx, &registryv1.GetFeedProfileRequest{Name: "county"}); reason(err) != "FEED_PROFILE_NOT_FOUND" {
			t.Errorf("after a check: %v", err)
		}
		first, err := c.CreateFeedProfile(ctx, &registryv1.CreateFeedProfileRequest{Profile: fixedProfile()})
		if err != nil || first.GetProfile().GetEtag() != "1" {
			t.Fatal(first, err)
		}
		typo := fixedProfile()
		typo.Name, typo.Columns[0].Field = "typo", "citizen_numbre"
		if _, err := c.CreateFeedProfile(ctx, &registryv1.CreateFeedProfileRequest{Profile: typo}); reason(err) != "FEED_PROFILE_INVALID" {
			t.Errorf("an unknown field: %v", err)
		}
		// A file of the sender is read by it.
		stream, err := c.PreviewFeed(ctx)
		if err != nil {
			t.Fatal(err)
		}
		file := number(1) + "20250301" + village + "\n"
		if err := stream.Send(&registryv1.PreviewFeedRequest{Header: &registryv1.FeedHeader{Sender: "ga-990101"}, Data: []byte(file)}); err != nil {
			t.Fatal(err)
		}
		preview, err := stream.CloseAndRecv()
		if err != nil || preview.GetLayout().GetFormat() != "FIXED" || preview.GetLayout().GetProfile() != "county" || preview.GetLayout().GetProfileVersion() != 1 ||
			len(preview.GetRows()) != 1 || preview.GetRows()[0].GetOutcome().GetOutcome() != registryv1.RowOutcome_ROW_OUTCOME_CREATED {
			t.Errorf("%v, %v", preview, err)
		}
		changed := proto.CloneOf(first.GetProfile())
		changed.Title, changed.Words = "新", nil
		second, err := c.UpdateFeedProfile(ctx, &registryv1.UpdateFeedProfileRequest{Profile: changed, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}}})
		if p := second.GetProfile(); err != nil || p.GetEtag() != "2" || p.GetTitle() != "新" || len(p.GetWords()) != 1 {
			t.Errorf("%v, %v", second, err)
		}
		if _, err := c.UpdateFeedProfile(ctx, &registryv1.UpdateFeedProfileRequest{Profile: changed}); reason(err) != "FEED_PROFILE_CHANGED" {
			t.Errorf("an old version: %v", err)
		}
		if _, err := c.UpdateFeedProfile(ctx, &registryv1.UpdateFeedProfileRequest{Profile: fixedProfile(), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"name"}}}); err == nil {
			t.Error("a name is changed")
		}
		list, err := c.ListFeedProfiles(ctx, &registryv1.ListFeedProfilesRequest{})
		if err != nil || len(list.GetProfiles()) != 1 || !proto.Equal(list.GetProfiles()[0], second.GetProfile()) {
			t.Errorf("%v, %v", list, err)
		}
		known, err := c.GetFeedProfile(ctx, &registryv1.GetFeedProfileRequest{Name: "default"})
		if err != nil || !strings.Contains(known.String(), "GMSFHM") {
			t.Errorf("what is known without a profile: %v", err)
		}
		if _, err := c.DeleteFeedProfile(ctx, &registryv1.DeleteFeedProfileRequest{Name: "county", Etag: "1"}); reason(err) != "FEED_PROFILE_CHANGED" {
			t.Errorf("an old version: %v", err)
		}
		if _, err := c.DeleteFeedProfile(ctx, &registryv1.DeleteFeedProfileRequest{Name: "county", Etag: "2"}); err != nil {
			t.Error(err)
		}
	})
}
