package immunization_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	intakev1 "xinju.dev/api/gen/xinju/intake/v1"

	"xinju.dev/services/platform/recordintake/recordintaketest"
)

func clinicProfile() *intakev1.ImportProfile {
	return &intakev1.ImportProfile{
		Name: "clinics", Title: "县疾控导出", SenderPattern: "cdc-*",
		Hints: &intakev1.ImportHints{Format: "FIXED", Encoding: "GB18030", FixedColumns: []*intakev1.ImportFixedColumn{
			{Name: "HM", ByteCount: 18}, {Name: "RQ", From: 18, ByteCount: 10}, {Name: "YM", From: 28, ByteCount: 6},
		}},
		Mapping: &intakev1.ImportMapping{
			DateFormat: "dd/MM/yyyy",
			Columns: []*intakev1.ImportColumnMapping{
				{Column: "HM", Field: "citizen_number"}, {Column: "RQ", Field: "dose_date"}, {Column: "YM", Field: "product"},
			},
			Words: []*intakev1.ImportWordMapping{{Field: "product", Word: "YG", Code: "HepB"}},
		},
		Skips: []*intakev1.ImportSkip{{Column: "HM", Values: []string{"TOTAL*"}}},
	}
}

func TestAProfileIsKeptChangedListedAndRemoved(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		c, ctx := w.Client(), t.Context()
		checked, err := c.CreateImportProfile(ctx, &intakev1.CreateImportProfileRequest{Kind: "doses", Profile: clinicProfile(), ValidateOnly: true})
		if err != nil || checked.GetProfile().GetEtag() != "" {
			t.Fatal(checked, err)
		}
		get := func(kind, name string) (*intakev1.ImportProfile, string) {
			resp, err := c.GetImportProfile(ctx, &intakev1.GetImportProfileRequest{Kind: kind, Name: name})
			return resp.GetProfile(), recordintaketest.Reason(err)
		}
		if _, why := get("doses", "clinics"); why != "FEED_PROFILE_NOT_FOUND" {
			t.Errorf("after a check only: %s", why)
		}
		for range 2 { // a retry answers with what is there
			made, err := c.CreateImportProfile(ctx, &intakev1.CreateImportProfileRequest{Kind: "doses", Profile: clinicProfile()})
			if err != nil || made.GetProfile().GetEtag() != "1" {
				t.Fatal(made, err)
			}
		}
		kept, _ := get("doses", "clinics")
		want := clinicProfile()
		want.Etag, want.UpdateTime = "1", kept.GetUpdateTime()
		if !proto.Equal(want, kept) || kept.GetUpdateTime() == nil {
			t.Errorf("kept %v", kept)
		}
		if _, why := get("certificates", "clinics"); why != "FEED_PROFILE_NOT_FOUND" {
			t.Errorf("a profile of another kind: %s", why)
		}
		if known, _ := get("doses", "default"); !strings.Contains(known.String(), "接种日期") {
			t.Error("what is known without a profile is not shown")
		}

		next := proto.CloneOf(kept)
		next.Title, next.Mapping = "新", nil
		second, err := c.UpdateImportProfile(ctx, &intakev1.UpdateImportProfileRequest{Kind: "doses", Profile: next, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}}})
		if p := second.GetProfile(); err != nil || p.GetEtag() != "2" || p.GetTitle() != "新" || len(p.GetMapping().GetWords()) != 1 {
			t.Errorf("%v, %v", second, err)
		}
		list, err := c.ListImportProfiles(ctx, &intakev1.ListImportProfilesRequest{Kind: "doses"})
		if err != nil || len(list.GetProfiles()) != 1 || !proto.Equal(list.GetProfiles()[0], second.GetProfile()) {
			t.Errorf("%v, %v", list, err)
		}
		if list, err = c.ListImportProfiles(ctx, &intakev1.ListImportProfilesRequest{Kind: "certificates"}); err != nil || len(list.GetProfiles()) != 0 {
			t.Errorf("of another kind: %v, %v", list, err)
		}
		for name, want := range map[string]struct {
			err  func() error
			want string
		}{
			"an unknown field": {func() error {
				return createProfile(w, func(p *intakev1.ImportProfile) { p.Mapping.Columns[0].Field = "citizen" })
			}, "FEED_PROFILE_INVALID"},
			"a reserved name":   {func() error { return createProfile(w, func(p *intakev1.ImportProfile) { p.Name = "given" }) }, "FEED_PROFILE_INVALID"},
			"another of a name": {func() error { return createProfile(w, func(p *intakev1.ImportProfile) { p.Title = "别的" }) }, "FEED_PROFILE_EXISTS"},
			"an old version": {func() error {
				_, err := c.UpdateImportProfile(ctx, &intakev1.UpdateImportProfileRequest{Kind: "doses", Profile: kept})
				return err
			}, "FEED_PROFILE_CHANGED"},
			"a mask that names the name": {func() error {
				_, err := c.UpdateImportProfile(ctx, &intakev1.UpdateImportProfileRequest{Kind: "doses", Profile: next, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"name"}}})
				return err
			}, "FIELD_INVALID"},
			"removing an old version": {func() error {
				_, err := c.DeleteImportProfile(ctx, &intakev1.DeleteImportProfileRequest{Kind: "doses", Name: "clinics", Etag: "1"})
				return err
			}, "FEED_PROFILE_CHANGED"},
			"removing it as of another kind": {func() error {
				_, err := c.DeleteImportProfile(ctx, &intakev1.DeleteImportProfileRequest{Kind: "certificates", Name: "clinics"})
				return err
			}, "FEED_PROFILE_NOT_FOUND"},
			"an unknown kind": {func() error {
				_, err := c.ListImportProfiles(ctx, &intakev1.ListImportProfilesRequest{Kind: "cats"})
				return err
			}, "IMPORT_KIND_UNKNOWN"},
		} {
			if got := recordintaketest.Reason(want.err()); got != want.want {
				t.Errorf("%s: %q, want %s", name, got, want.want)
			}
		}
		if _, err := c.DeleteImportProfile(ctx, &intakev1.DeleteImportProfileRequest{Kind: "doses", Name: "clinics", Etag: "2"}); err != nil {
			t.Error(err)
		}
		if _, why := get("doses", "clinics"); why != "FEED_PROFILE_NOT_FOUND" {
			t.Errorf("after its removal: %s", why)
		}
	})
}

func createProfile(w *world, change func(*intakev1.ImportProfile)) error {
	p := clinicProfile()
	change(p)
	_, err := w.Client().CreateImportProfile(w.T.Context(), &intakev1.CreateImportProfileRequest{Kind: "doses", Profile: p})
	return err
}

func TestFilesAreReadByTheProfileOfTheirSender(t *testing.T) {
	eachImports(t, func(t *testing.T, w *world) {
		if err := createProfile(w, func(*intakev1.ImportProfile) {}); err != nil {
			t.Fatal(err)
		}
		w.People.Know(numberA, resident)
		file := numberA + "05/01/2026YG    \n" + numberB + "05/02/2026YG    \nTOTAL             00000000002     \n"
		for name, h := range map[string]*intakev1.ImportHeader{"not of its sender": doses("cdc"), "told to use none": {Kind: "doses", Sender: "cdc-990101", Profile: "default"}} {
			if _, err := w.Send(h, file); err == nil {
				t.Errorf("%s: such a file cannot be read without the profile", name)
			}
		}
		both := doses("cdc-990101")
		both.Profile, both.Mapping = "clinics", &intakev1.ImportMapping{}
		if _, err := w.Send(both, file); recordintaketest.Reason(err) != "FEED_PROFILE_INVALID" {
			t.Errorf("a profile and a mapping: %v", err)
		}
		named := doses("other")
		named.Profile = "clinics"
		if _, err := w.Send(named, file); recordintaketest.Reason(err) != "FEED_PROFILE_OTHER_SENDER" {
			t.Errorf("another sender names the profile: %v", err)
		}
		b := w.Load(doses("cdc-990101"), file)
		if b.GetCounts().GetReceived() != 2 {
			t.Errorf("%d rows, and two are records", b.GetCounts().GetReceived())
		}
		// The batch goes on under the profile it came under, also when that is gone.
		if _, err := w.Client().DeleteImportProfile(t.Context(), &intakev1.DeleteImportProfileRequest{Kind: "doses", Name: "clinics"}); err != nil {
			t.Fatal(err)
		}
		w.People.Know(numberB, sibling)
		w.Clock.Advance(2 * time.Minute)
		w.Retry()
		if diff := cmp.Diff([]string{resident + " 20260105 HepB  ", sibling + " 20260205 HepB  "}, w.said()); diff != "" {
			t.Error(diff, w.Rows(b))
		}
	})
}
