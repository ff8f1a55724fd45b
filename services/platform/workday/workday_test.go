package workday_test

import (
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/workday"
)

func china(t testing.TB) *workday.Calendar {
	t.Helper()
	c, err := workday.China()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestADeadlineMovesOverWeekendsAndHolidays(t *testing.T) {
	c := china(t)
	for _, tc := range []struct {
		name, from string
		n          int
		want       string
	}{
		{"the first day is not counted", "2026-06-01", 1, "2026-06-02"},
		{"over a weekend", "2026-06-04", 2, "2026-06-08"},
		{"from a Saturday", "2026-06-06", 1, "2026-06-08"},
		{"over the dragon boat festival, Friday to Sunday", "2026-06-17", 2, "2026-06-22"},
		{"over spring festival, with the Saturday worked before and after", "2026-02-13", 2, "2026-02-24"},
		{"a worked Saturday is a working day", "2026-02-27", 1, "2026-02-28"},
		{"over the end of the year", "2025-12-31", 1, "2026-01-04"},
		{"over national day", "2025-09-30", 1, "2025-10-09"},
		{"in a year that nobody knows only weekends count", "2031-09-30", 1, "2031-10-01"},
		{"in the year of the notices: over national day of 2017, eight days", "2017-09-30", 1, "2017-10-09"},
		{"the Saturday before it was worked", "2017-09-29", 1, "2017-09-30"},
		{"spring festival of 2020 as it was prolonged", "2020-01-23", 1, "2020-02-03"},
		{"the victory day of 2015, with the Sunday worked", "2015-09-02", 1, "2015-09-06"},
		{"a deadline on the last day of 2018, which was off", "2018-12-31", 0, "2019-01-02"},
		{"no days at all: the day itself, moved to a working day", "2026-10-03", 0, "2026-10-08"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := c.Add(civil.Must(tc.from), tc.n); got != civil.Must(tc.want) {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestACountSaysOnWhatItRests(t *testing.T) {
	c := china(t)
	for _, tc := range []struct {
		from, until string
		want        workday.Basis
	}{
		{"2025-01-01", "2026-12-31", workday.Sourced},
		{"2015-01-01", "2024-12-31", workday.Sourced},
		{"2014-12-31", "2015-01-04", workday.Weekends},
		{"2026-12-31", "2027-01-04", workday.Statutory},
		{"2026-12-31", "2028-01-04", workday.Weekends},
	} {
		if got := c.Basis(civil.Must(tc.from), civil.Must(tc.until)); got != tc.want {
			t.Errorf("%s to %s: %s, want %s", tc.from, tc.until, got, tc.want)
		}
	}
}

func TestAYearFromMemorySaysSo(t *testing.T) {
	c, err := workday.Read([]byte(`[{"year":2030,"basis":"sourced","source":"x"},{"year":2031,"basis":"recalled","source":"x"}]`))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Basis(civil.Must("2030-12-31"), civil.Must("2031-01-02")); got != workday.Recalled {
		t.Errorf("a count into a year from memory rests on %s", got)
	}
}

// The State Council moves days, it does not give any away: days off that are no
// weekend days are the statutory ones plus those worked on weekends instead.
func TestEachAnnouncedYearBalances(t *testing.T) {
	c := china(t)
	// 2015 and 2020 have days more than the law gives: the victory day, and the festival that was prolonged.
	statutory := map[int]int{2015: 12, 2016: 11, 2017: 11, 2018: 12, 2019: 11, 2020: 13, 2021: 11, 2022: 11, 2023: 11, 2024: 11, 2025: 13, 2026: 13}
	for y, want := range statutory {
		worked, off := 0, 0
		for d := civil.Of(y, 1, 1); d <= civil.Of(y, 12, 31); d = d.AddDays(1) {
			weekend := (d-1)%7 >= 5
			switch {
			case weekend && c.Works(d):
				worked++
			case !weekend && !c.Works(d):
				off++
			}
		}
		if days := off - worked; days < want-4 || days > want {
			t.Errorf("%d: %d weekdays off for %d weekend days worked; by law %d days, some on weekends", y, off, worked, want)
		}
	}
}

func TestCountIsTheInverseOfAdd(t *testing.T) {
	c := china(t)
	rapid.Check(t, func(t *rapid.T) {
		from := civil.Must("2023-06-01").AddDays(rapid.IntRange(0, 2000).Draw(t, "from"))
		n := rapid.IntRange(1, 60).Draw(t, "n")
		until := c.Add(from, n)
		if got := c.Count(from, until); got != n {
			t.Fatalf("%s + %d = %s, counted back %d", from, n, until, got)
		}
		if !c.Works(until) || c.Roll(until) != until {
			t.Fatalf("%s is no working day", until)
		}
	})
}

func TestADamagedCalendarIsRefused(t *testing.T) {
	for name, raw := range map[string]string{
		"no list":               `{}`,
		"an unknown basis":      `[{"year":2026,"basis":"guessed","source":"x"}]`,
		"weekends is no basis":  `[{"year":2026,"basis":"weekends","source":"x"}]`,
		"no source":             `[{"year":2026,"basis":"sourced"}]`,
		"a year twice":          `[{"year":2026,"basis":"sourced","source":"x"},{"year":2026,"basis":"sourced","source":"x"}]`,
		"a worked weekday":      `[{"year":2026,"basis":"sourced","source":"x","worked":["2026-06-01"]}]`,
		"a worked holiday":      `[{"year":2026,"basis":"sourced","source":"x","off":[{"from":"2026-06-06","until":"2026-06-06"}],"worked":["2026-06-06"]}]`,
		"a day of another year": `[{"year":2026,"basis":"sourced","source":"x","off":[{"from":"2025-06-06","until":"2025-06-06"}]}]`,
		"a run that is endless": `[{"year":2026,"basis":"sourced","source":"x","off":[{"from":"2026-01-06","until":"2026-12-06"}]}]`,
	} {
		if _, err := workday.Read([]byte(raw)); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
