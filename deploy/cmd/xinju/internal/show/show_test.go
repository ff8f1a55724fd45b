package show_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/type/date"

	"xinju.dev/deploy/cmd/xinju/internal/show"
)

func table() *show.Table {
	t := &show.Table{Columns: []show.Column{
		{Key: "division", Title: "区划 Division"},
		{Key: "name"},
		{Key: "eligible", Title: "应服务", Right: true},
		{Key: "rate", Title: "覆盖率 Rate", Right: true},
		{Title: "提示"},
	}}
	t.Add(show.Cell{Value: "990101001000", Shown: "990101001000 城关街道"}, "城关街道", int32(1200), show.Cell{Value: 0.5, Shown: "50.00%"}, "—")
	t.Add("x", "=1+1", 7, nil, "a\x1b[31m")
	return t
}

func TestColumnsStandUnderEachOtherWithWideCharacters(t *testing.T) {
	tab := table()
	tab.Note("共 %d 行", 2)
	var b strings.Builder
	if err := tab.Write(&b, show.Eyes); err != nil {
		t.Fatal(err)
	}
	want := `区划 Division          应服务  覆盖率 Rate  提示
─────────────────────  ──────  ───────────  ──────
990101001000 城关街道    1200       50.00%  —
x                           7            —  a�[31m

共 2 行
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestProgramsGetKeysAndNull(t *testing.T) {
	for _, c := range []struct {
		name string
		as   show.Format
		want string
	}{
		{"JSON", show.JSON, `[
  {"division": "990101001000", "name": "城关街道", "eligible": 1200, "rate": 0.5},
  {"division": "x", "name": "=1+1", "eligible": 7, "rate": null}
]
`},
		{"CSV, where no cell begins like a formula", show.CSV, "division,name,eligible,rate\n990101001000,城关街道,1200,0.5\nx,'=1+1,7,\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			if err := table().Write(&b, c.as); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, b.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNoRowsAreSaid(t *testing.T) {
	empty := &show.Table{Columns: []show.Column{{Key: "a", Title: "甲"}}}
	for as, want := range map[show.Format]string{show.Eyes: "甲\n──\n（无 none）\n", show.JSON: "[]\n", show.CSV: "a\n"} {
		var b strings.Builder
		if err := empty.Write(&b, as); err != nil || b.String() != want {
			t.Errorf("%s: %q, %v", as, b.String(), err)
		}
	}
}

func TestWidthCountsColumns(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "区划": 4, "（人）": 6, "é": 1, "e\u0301": 1, "—": 1, "𠮷": 2, "ＡＢ": 4} {
		if got := show.Width(text); got != want {
			t.Errorf("%q takes %d columns, got %d", text, want, got)
		}
	}
}

func TestMessagesAreTheSameTextEveryTime(t *testing.T) {
	var b strings.Builder
	if err := show.Message(&b, &date.Date{Year: 2026, Month: 6, Day: 30}); err != nil {
		t.Fatal(err)
	}
	if want := "{\n  \"year\": 2026,\n  \"month\": 6,\n  \"day\": 30\n}\n"; b.String() != want {
		t.Errorf("got %q", b.String())
	}
}
