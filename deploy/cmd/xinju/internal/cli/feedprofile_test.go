package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/services/platform/intake"
)

// keeper is a registry with profiles.
type keeper struct {
	*fake
	kept map[string]*registryv1.FeedProfile
}

func (k *keeper) GetFeedProfile(_ context.Context, r *registryv1.GetFeedProfileRequest) (*registryv1.GetFeedProfileResponse, error) {
	p, ok := k.kept[r.GetName()]
	if !ok {
		return nil, intake.ErrProfileNotFound
	}
	return &registryv1.GetFeedProfileResponse{Profile: p}, nil
}

func (k *keeper) CreateFeedProfile(_ context.Context, r *registryv1.CreateFeedProfileRequest) (*registryv1.CreateFeedProfileResponse, error) {
	p := proto.CloneOf(r.GetProfile())
	if !r.GetValidateOnly() {
		p.Etag = "1"
		k.kept[p.GetName()] = p
	}
	return &registryv1.CreateFeedProfileResponse{Profile: p}, nil
}

func (k *keeper) UpdateFeedProfile(_ context.Context, r *registryv1.UpdateFeedProfileRequest) (*registryv1.UpdateFeedProfileResponse, error) {
	p := proto.CloneOf(r.GetProfile())
	if e := p.GetEtag(); e != "" && e != k.kept[p.GetName()].GetEtag() {
		return nil, intake.ErrProfileChanged
	}
	p.Etag = "2"
	k.kept[p.GetName()] = p
	return &registryv1.UpdateFeedProfileResponse{Profile: p}, nil
}

func (k *keeper) ListFeedProfiles(context.Context, *registryv1.ListFeedProfilesRequest) (*registryv1.ListFeedProfilesResponse, error) {
	resp := &registryv1.ListFeedProfilesResponse{}
	for _, p := range k.kept {
		resp.Profiles = append(resp.Profiles, p)
	}
	return resp, nil
}

func (k *keeper) DeleteFeedProfile(_ context.Context, r *registryv1.DeleteFeedProfileRequest) (*registryv1.DeleteFeedProfileResponse, error) {
	delete(k.kept, r.GetName())
	return &registryv1.DeleteFeedProfileResponse{}, nil
}

func (k *keeper) PreviewFeed(stream grpc.ClientStreamingServer[registryv1.PreviewFeedRequest, registryv1.PreviewFeedResponse]) error {
	for {
		part, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if part.GetHeader() != nil {
			k.header = part.GetHeader()
		}
	}
	return stream.SendAndClose(&registryv1.PreviewFeedResponse{
		Layout:  &registryv1.FeedLayout{Format: "XLSX", Encoding: "UTF-8", EncodingConfidence: 1, Sheet: "人员", OtherSheets: []string{"说明"}, Profile: "county", ProfileVersion: 3, DateSystem: "1904"},
		Columns: []*registryv1.PreviewColumn{{Name: "RYXM", Field: "name", Samples: []string{"王*"}}},
	})
}

const profileText = `name: county
sender_pattern: ga-9901*
hints: {format: FIXED, fixed_columns: [{name: HM, byte_count: 18}, {name: RYXM, from: 18, byte_count: 10}]}
columns:
  - {column: HM, field: citizen_number}
words:
  - {field: sex, word: "01", code: "1"}
skips:
  - {column: RYXM, values: [合计]}
`

func TestAProfileIsCheckedSavedShownListedAndDeleted(t *testing.T) {
	k := &keeper{fake: &fake{}, kept: map[string]*registryv1.FeedProfile{}}
	k.feed = k
	run := k.start(t)
	say := func(in string, args ...string) string {
		t.Helper()
		code, out, errs := typed(t, Programs{}, in, nil, append(append([]string{"feed", "profile"}, args...), "--run", run)...)
		if code != 0 {
			t.Fatalf("%v: code %d, %s", args, code, errs)
		}
		return out
	}
	if out := say(profileText, "check", "-"); !strings.Contains(out, "word: \"01\"") || len(k.kept) != 0 {
		t.Errorf("%s", out)
	}
	say(profileText, "save", "-")
	if p := k.kept["county"]; p.GetHints().GetFixedColumns()[1].GetFrom() != 18 || p.GetWords()[0].GetWord() != "01" || p.GetSkips()[0].GetValues()[0] != "合计" {
		t.Errorf("%v", p)
	}
	shown := say("", "show", "county")
	if !strings.Contains(shown, "etag: \"1\"") {
		t.Error(shown)
	}
	if again := say(shown, "save", "-"); !strings.Contains(again, "etag: \"2\"") { // what is shown can be saved
		t.Error(again)
	}
	if code, _, errs := typed(t, Programs{}, shown, nil, "feed", "profile", "save", "-", "--run", run); code == 0 || errs == "" {
		t.Error("an old version replaces a newer one")
	}
	if out := say("", "list"); !strings.Contains(out, "ga-9901*") || !strings.Contains(out, "FIXED") {
		t.Error(out)
	}
	say("", "delete", "county")
	if len(k.kept) != 0 {
		t.Error("it is still there")
	}
	for _, bad := range []string{"namee: x\n", "title: x\n", "- a\n", "name: [\n"} {
		if code, _, errs := typed(t, Programs{}, bad, nil, "feed", "profile", "check", "-", "--run", run); code == 0 || errs == "" {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestWhatIsSaidOfAFileReachesTheRegistryAndWhatIsFoundIsShown(t *testing.T) {
	k := &keeper{fake: &fake{}}
	k.feed = k
	run := k.start(t)
	code, out, errs := typed(t, Programs{}, "x", nil, "feed", "preview", "-", "--sender", "ga-990101", "--profile", "county", "--format", "FIXED",
		"--columns", "HM:0:18,RYXM:18:10", "--delimiter", `\t`, "--sheet", "人员", "--header-row", "3", "--row-element", "登记", "--date-system", "1904",
		"--encoding", "UTF-16LE", "--run", run)
	if code != 0 {
		t.Fatal(errs)
	}
	want := &registryv1.FeedHeader{
		Sender: "ga-990101", Encoding: "UTF-16LE", Profile: "county",
		Hints: &registryv1.FeedHints{
			Format: "FIXED", Delimiter: "\t", Sheet: "人员", HeaderRow: 3, RowElement: "登记", DateSystem: "1904",
			FixedColumns: []*registryv1.FixedColumn{{Name: "HM", ByteCount: 18}, {Name: "RYXM", From: 18, ByteCount: 10}},
		},
	}
	if !proto.Equal(want, k.header) {
		t.Errorf("%v", k.header)
	}
	for _, text := range []string{"XLSX", "人员", "说明", "county v3", "1904", "RYXM", "name"} {
		if !strings.Contains(out, text) {
			t.Errorf("%s is not shown: %s", text, out)
		}
	}
	if code, _, _ := typed(t, Programs{}, "x", nil, "feed", "preview", "-", "--sender", "a", "--columns", "HM:0", "--run", run); code == 0 {
		t.Error("columns without their bytes are taken")
	}
}
