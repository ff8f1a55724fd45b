package intake_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/registry/internal/core"
	residence "xinju.dev/services/registry/internal/intake"
)

func profile(name, senders string) intake.Profile {
	return intake.Profile{
		Name: name, Target: residence.Kind, Senders: senders, Changed: noon,
		Hints: rowfile.Hints{Format: rowfile.Fixed, Encoding: rowfile.GB18030, Columns: []rowfile.FixedColumn{
			{Name: "HM", From: 0, Bytes: 18}, {Name: "RYXM", From: 18, Bytes: 10}, {Name: "XBM", From: 28, Bytes: 2}, {Name: "RQ", From: 30, Bytes: 8}, {Name: "XZQH", From: 38, Bytes: 12},
		}},
		Columns: []intake.ProfileColumn{
			{Column: "HM", Field: "citizen_number"},
			{Column: "RYXM", Field: "name"},
			{Column: "XBM", Field: "sex"},
			{Column: "RQ", Field: "effective_date"},
			{Column: "XZQH", Field: "division"},
		},
		Words:      []intake.ProfileWord{{Field: "sex", Word: "01", Code: "2"}, {Field: "sex", Word: "02", Code: "1"}},
		Constants:  []intake.ProfileConstant{{Field: "type", Value: "ARRIVE"}},
		Skips:      []intake.ProfileSkip{{Column: "RYXM", Values: []string{"合计*"}}},
		DateFormat: "ddMMyyyy",
	}
}

func (w *world) save(p intake.Profile) intake.Profile {
	w.t.Helper()
	if err := w.process(w.store, nil).CheckProfile(p); err != nil {
		w.t.Fatal(err)
	}
	out, err := w.store.CreateFeedProfile(w.t.Context(), p)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

var fixedFile = gb(citizen(1) + "王小红    01" + "01032025" + village + "\r\n" +
	"                  合计：2人           " + strings.Repeat(" ", 12) + "\r\n" +
	citizen(2) + "阿依古丽  02" + "02032025" + village + "\r\n")

func TestAFileIsReadByTheProfileOfItsSender(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.save(profile("county", "ga-9901*"))
		w.save(profile("named", ""))
		b := w.load(intake.Header{Sender: "ga-990101"}, fixedFile)
		if b.State != intake.Succeeded || b.Counts.Received() != 2 || b.Counts[core.Created] != 2 || b.Layout.Profile == nil || b.Layout.Profile.Name != "county" {
			t.Fatalf("state %d %s, %v, %v", b.State, b.Failure, b.Counts, w.rowsOf(b.ID))
		}
		if diff := cmp.Diff([]string{"1 1", "3 1"}, w.rowsOf(b.ID)); diff != "" {
			t.Error(diff)
		}
		if got := w.query("SELECT sex FROM resident ORDER BY sex"); got[0][0] != "1" || got[1][0] != "2" {
			t.Errorf("the sender's codes are not read: %v", got)
		}
		// Under another profile the same bytes are another batch.
		again := w.load(intake.Header{Sender: "ga-990101", Profile: "named"}, fixedFile)
		if again.ID == b.ID || again.Layout.Profile.Name != "named" {
			t.Errorf("%s", again.ID)
		}
	})
}

func TestAProfileIsChosenOrRefused(t *testing.T) {
	w := newSQLiteWorld(t)
	w.save(profile("all", "ga-*"))
	w.save(profile("county", "ga-9901*"))
	w.save(profile("one", "ga-990101"))
	w.save(profile("twin-a", "gb-*"))
	w.save(profile("twin-b", "gb-*"))
	for _, c := range []struct {
		sender, profile, want string
		err                   error
	}{
		{"ga-990101", "", "one", nil},
		{"ga-990102", "", "county", nil},
		{"ga-98", "", "all", nil},
		{"ga-990101", "all", "all", nil},
		{"gb-1", "twin-b", "twin-b", nil},
		{"gb-1", "", "", intake.ErrProfileAmbiguous},
		{"ga-990101", "twin-a", "", intake.ErrProfileOther},
		{"ga-990101", "none-such", "", intake.ErrProfileNotFound},
		{"ga-990101", "default", "", rowfile.ErrColumnsUnknown},
		{"other", "", "", rowfile.ErrColumnsUnknown},
	} {
		b, err := w.receive(intake.Header{Sender: c.sender, Profile: c.profile}, append([]byte("\r\n"), fixedFile...))
		if !errors.Is(err, c.err) || c.err == nil && (err != nil || b.Layout.Profile.Name != c.want) {
			t.Errorf("%s by %q: %v", c.sender, c.profile, err)
		}
	}
}

func TestABatchGoesOnUnderTheProfileThatItCameUnder(t *testing.T) {
	w := newSQLiteWorld(t)
	w.rows = 1
	w.save(profile("one", "ga-990101"))
	b, err := w.receive(intake.Header{Sender: "ga-990101"}, fixedFile)
	if err != nil {
		t.Fatal(err)
	}
	stored := 0
	if err := w.run(func(p string) error {
		if p == "chunk.stored" {
			stored++
			return errKilled
		}
		return nil
	}); !errors.Is(err, errKilled) || stored != 1 {
		t.Fatal(err)
	}
	p, err := w.store.FeedProfile(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	p.Words, p.DateFormat = nil, "yyyyMMdd"
	if p, err = w.store.UpdateFeedProfile(t.Context(), p); err != nil || p.Version != 2 {
		t.Fatal(p.Version, err)
	}
	if err := w.store.DeleteFeedProfile(t.Context(), "one", 2); err != nil {
		t.Fatal(err)
	}
	if err := w.run(nil); err != nil {
		t.Fatal(err)
	}
	if got := w.batch(b.ID); got.Counts[core.Created] != 2 || got.Layout.Profile.Version != 1 {
		t.Errorf("%v under version %d", got.Counts, got.Layout.Profile.Version)
	}
}

func TestProfilesAreKeptChangedListedAndDeleted(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		first := w.save(profile("b", "x-*"))
		w.save(profile("a", ""))
		if again, err := w.store.CreateFeedProfile(t.Context(), profile("b", "x-*")); err != nil || again.Version != 1 {
			t.Errorf("the same again: %v", err)
		}
		if _, err := w.store.CreateFeedProfile(t.Context(), profile("b", "y-*")); !errors.Is(err, intake.ErrProfileExists) {
			t.Errorf("another of the name: %v", err)
		}
		first.Title = "新名称"
		second, err := w.store.UpdateFeedProfile(t.Context(), first)
		if err != nil || second.Version != 2 {
			t.Fatal(err)
		}
		if _, err := w.store.UpdateFeedProfile(t.Context(), first); !errors.Is(err, intake.ErrProfileChanged) {
			t.Errorf("an old version: %v", err)
		}
		list, next, err := w.store.FeedProfiles(t.Context(), page.Query{Size: 1})
		if err != nil || len(list) != 1 || list[0].Name != "a" || next == "" {
			t.Fatal(list, next, err)
		}
		list, next, err = w.store.FeedProfiles(t.Context(), page.Query{Size: 1, Token: next})
		if err != nil || next != "" {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]intake.Profile{second}, list); diff != "" {
			t.Error(diff)
		}
		if err := w.store.DeleteFeedProfile(t.Context(), "b", 1); !errors.Is(err, intake.ErrProfileChanged) {
			t.Errorf("an old version: %v", err)
		}
		if err := w.store.DeleteFeedProfile(t.Context(), "b", 0); err != nil {
			t.Error(err)
		}
		if _, err := w.store.FeedProfile(t.Context(), "b"); !errors.Is(err, intake.ErrProfileNotFound) {
			t.Error(err)
		}
	})
}

func TestAProfileThatSaysNonsenseIsRefusedWithItsPlace(t *testing.T) {
	w := newSQLiteWorld(t)
	in := w.process(w.store, nil)
	for place, c := range map[string]struct {
		spoil func(*intake.Profile)
		says  string
	}{
		"profile.name":               {func(p *intake.Profile) { p.Name = "default" }, ""},
		"profile.sender_pattern":     {func(p *intake.Profile) { p.Senders = "*" }, ""},
		"profile.columns[1].field":   {func(p *intake.Profile) { p.Columns[1].Field = "namee" }, "name"},
		"profile.columns[0].field":   {func(p *intake.Profile) { p.Columns[0].Field = "citizen_numbre" }, "citizen_number"},
		"profile.columns[1].column":  {func(p *intake.Profile) { p.Columns[1].Column = "h_m" }, ""},
		"profile.columns[2].column":  {func(p *intake.Profile) { p.Columns[2].Column = "原因" }, ""},
		"profile.words[0].code":      {func(p *intake.Profile) { p.Words[0].Code = "77" }, ""},
		"profile.words[1].word":      {func(p *intake.Profile) { p.Words[1].Word = "01" }, ""},
		"profile.constants[0].value": {func(p *intake.Profile) { p.Constants[0].Value = "飞升" }, ""},
		"profile.constants[0].field": {func(p *intake.Profile) { p.Constants[0].Field = "typ" }, "type"},
		"profile.date_format":        {func(p *intake.Profile) { p.DateFormat = "dd/MM/yy" }, ""},
		"profile.skips[0].values[0]": {func(p *intake.Profile) { p.Skips[0].Values[0] = "*" }, ""},
		"profile.hints":              {func(p *intake.Profile) { p.Hints.Columns[1].From = 3 }, "columns[1]"},
	} {
		p := profile("p", "")
		c.spoil(&p)
		err := in.CheckProfile(p)
		why, ok := errors.AsType[*fault.Error](err)
		if !ok || !errors.Is(err, intake.ErrProfile) {
			t.Errorf("%s: %v", place, err)
			continue
		}
		if len(why.Fields) != 1 || why.Fields[0].Path != place || !strings.HasSuffix(strings.TrimSuffix(why.Fields[0].Reason, ")"), c.says) {
			t.Errorf("%s: %+v", place, why.Fields)
		}
	}
}
