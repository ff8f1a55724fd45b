package permit

import (
	"strings"
	"testing"

	"xinju.dev/services/platform/civil"
)

func TestTheMostParticularRuleInForceDecides(t *testing.T) {
	all, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, division, on, want string }{
		{"a place without a rule of its own", "330681", "2025-01-01", "CN"},
		{"a district of Shanghai", "310110", "2025-01-01", "SHANGHAI"},
		{"a village of Hangzhou", "330106001002", "2025-01-01", "DAQING-HANGZHOU"},
		{"the other city of the rule", "230602", "2025-01-01", "DAQING-HANGZHOU"},
		{"Xuchang", "411002", "2025-01-01", "XUCHANG"},
		{"its province has none", "410100", "2025-01-01", "CN"},
		{"no division", "", "2025-01-01", "CN"},
		{"before the first rule", "310110", "2015-12-31", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ok := all.For(c.division, day(c.on))
			if ok != (c.want != "") || ok && r.ID != c.want {
				t.Errorf("got %+v, want %s", r, c.want)
			}
		})
	}
}

func TestWrongRulesAreRefused(t *testing.T) {
	good := "{id: A, zh: 甲, en: a, divisions: [\"99\"], every_months: 12, window: 1m, late: resume, source: s, confidence: design}"
	if _, err := Load([]byte("rules: [" + good + "]")); err != nil {
		t.Fatal(err)
	}
	change := func(old, now string) string { return strings.Replace(good, old, now, 1) }
	for _, c := range []struct{ name, rules string }{
		{"an unknown key", change("window: 1m", "window: 1m, colour: 1")},
		{"no source", change("source: s", "source: ' '")},
		{"a confidence that is no word", change("design", "certain")},
		{"a mode that is no word", change("resume", "forgive")},
		{"a window without unit", change("1m", "30")},
		{"a division that is no code", change("\"99\"", "\"9x\"")},
		{"a calendar that nobody keeps", change("window: 1m", "window: 1m, rest_days: mars")},
		{"never due", change("every_months: 12", "every_months: 0")},
		{"beyond without a limit", change("late: resume", "late: resume, beyond: register_anew")},
		{"an end before its beginning", change("every_months", "valid_from: 2020-01-02, valid_to: 2020-01-01, every_months")},
		{"one id twice", good + "," + change("\"99\"", "\"98\"")},
		{"two in force together", good + "," + change("id: A", "id: B, valid_from: 2020-01-01")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Load([]byte("rules: [" + c.rules + "]")); err == nil {
				t.Error("loaded")
			}
		})
	}
}

// 2025-10-01 to 08 are holidays: the last day of the window moves to the 9th.
func TestADeadlineMovesOverHolidaysWhereTheRuleSaysSo(t *testing.T) {
	for word, inTime := range map[string]bool{"none": false, "china": true} {
		all, err := Load([]byte("rules: [{id: A, zh: 甲, en: a, divisions: [\"99\"], every_months: 12, window: 1m, late: restart, rest_days: " + word +
			", source: s, confidence: design}]"))
		if err != nil {
			t.Fatal(err)
		}
		r, _ := all.ByID("A")
		if runs := r.Runs(card("2024-10-02", "2025-10-09"), nil); (len(runs) == 1) != inTime {
			t.Errorf("%s: %v", word, runs)
		}
	}
}

func TestRulesThatFollowEachOther(t *testing.T) {
	all, err := Load([]byte(`rules:
  - {id: OLD, zh: 旧, en: old, divisions: ["99"], valid_from: 2016-01-01, valid_to: 2019-12-31, every_months: 12, window: 1m, late: restart, source: s, confidence: design}
  - {id: NEW, zh: 新, en: new, divisions: ["99"], valid_from: 2020-01-01, every_months: 12, window: 30d, late: resume, source: s, confidence: design}
`))
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2019-12-31": "OLD", "2020-01-01": "NEW"} {
		if r, ok := all.For("990101", day(on)); !ok || r.ID != want {
			t.Errorf("%s: %+v", on, r)
		}
	}
	if n := len(all.list); n != 2 {
		t.Errorf("%d rules", n)
	}
	var eras []string
	for _, e := range all.Eras("990101", nil) {
		id := "-"
		if e.Rule != nil {
			id = e.Rule.ID
		}
		eras = append(eras, e.From.String()+" "+id)
	}
	if got := strings.Join(eras, ", "); got != "0001-01-01 -, 2016-01-01 OLD, 2020-01-01 NEW" {
		t.Error(got)
	}
	if e := all.Eras("980101", nil); len(e) != 1 || e[0].Rule != nil || e[0].To != civil.Forever {
		t.Errorf("a place without rules: %+v", e)
	}
}
