package workday_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
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

// The State Council moves days, it gives none away: weekdays off are those of the
// law, where they fall on weekends, too, and those worked on weekends instead. A
// day too many or too few in a year does not balance.
func TestEachAnnouncedYearBalances(t *testing.T) {
	c := china(t)
	// 2015 and 2020 have days more than the law gave: the victory day, and the festival that was prolonged by two.
	statutory := map[int]int{2015: 12, 2016: 11, 2017: 11, 2018: 11, 2019: 11, 2020: 13, 2021: 11, 2022: 11, 2023: 11, 2024: 11, 2025: 13, 2026: 13}
	for _, y := range c.Years() {
		worked, off := 0, 0
		for d := civil.Of(y, 1, 1); d <= civil.Of(y, 12, 31); d++ {
			weekend := (d-1)%7 >= 5
			switch {
			case weekend && c.Works(d):
				worked++
			case !weekend && !c.Works(d):
				off++
			}
		}
		want, announced := statutory[y]
		if announced != (c.Year(y) == workday.Sourced) {
			t.Errorf("%d is %s", y, c.Year(y))
		}
		if announced && off-worked != want {
			t.Errorf("%d: %d weekdays off for %d weekend days worked; by law %d days", y, off, worked, want)
		}
		if !announced && worked > 0 {
			t.Errorf("%d was not announced, and has days worked instead", y)
		}
	}
}

// From the year of the first notice on no year is missing, and each names what it
// was read in.
func TestTheYearsFollowEachOtherAndNameTheirSource(t *testing.T) {
	var list []struct {
		Year          int
		Basis, Source string
	}
	raw, err := os.ReadFile("china.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 || list[0].Year != 2015 {
		t.Fatalf("%d years", len(list))
	}
	for i, y := range list {
		notice := fmt.Sprintf("国务院办公厅关于%d年部分节假日安排的通知", y.Year)
		if y.Year != 2015+i || y.Basis == "sourced" && (!strings.Contains(y.Source, notice) || !strings.Contains(y.Source, "http")) {
			t.Errorf("%d, %s: %s", y.Year, y.Basis, y.Source)
		}
		if y.Basis != "sourced" && i < len(list)-1 {
			t.Errorf("%d is not sourced, and later years are known", y.Year)
		}
	}
}

// Weekend days that were worked, one and more of each year, as the notices say.
func TestWeekendDaysWorkedInstead(t *testing.T) {
	c := china(t)
	for _, d := range []string{
		"2015-01-04", "2015-10-10", "2016-02-06", "2016-10-09", "2017-01-22", "2017-09-30", "2018-02-11", "2018-12-29", "2019-02-02", "2019-04-28",
		"2019-05-05", "2020-01-19", "2020-10-10", "2021-02-07", "2021-10-09", "2022-01-29", "2022-10-09", "2023-01-28", "2023-06-25", "2023-10-08",
		"2024-02-04", "2024-09-14", "2025-01-26", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14", "2026-10-10",
	} {
		if day := civil.Must(d); !c.Works(day) || c.Roll(day) != day || (day-1)%7 < 5 {
			t.Errorf("%s is not a weekend day that is worked", d)
		}
	}
	for _, d := range []string{"2020-02-01", "2015-09-05", "2026-02-21", "2027-02-20"} { // the prolonged festival took the first one back
		if c.Works(civil.Must(d)) {
			t.Errorf("%s is worked", d)
		}
	}
}

// What nobody announced yet has an answer, and its basis says how good that is.
func TestWhereTheCalendarEnds(t *testing.T) {
	c := china(t)
	for _, tc := range []struct {
		name, last, want string
		basis            workday.Basis
	}{
		{"a holiday by law that is a Friday", "2027-10-01", "2027-10-04", workday.Statutory},
		{"new year's eve by the moon", "2027-02-05", "2027-02-09", workday.Statutory},
		{"the day after it, which the announcement is likely to make a holiday", "2027-02-09", "2027-02-09", workday.Statutory},
		{"a Saturday, which it may make a working day", "2027-02-20", "2027-02-22", workday.Statutory},
		{"the last day of the last year", "2027-12-31", "2027-12-31", workday.Statutory},
		{"new year of the year after, a Saturday", "2028-01-01", "2028-01-03", workday.Weekends},
		{"national day there, a Sunday", "2028-10-01", "2028-10-02", workday.Weekends},
		{"national day as a weekday", "2029-10-01", "2029-10-01", workday.Weekends},
		{"the end of all years", "9999-12-31", "9999-12-31", workday.Weekends},
	} {
		t.Run(tc.name, func(t *testing.T) {
			last := civil.Must(tc.last)
			if got := c.Roll(last); got != civil.Must(tc.want) || c.Basis(last, got) != tc.basis {
				t.Errorf("%s, %s", got, c.Basis(last, got))
			}
		})
	}
	if c.Roll(civil.Forever) != civil.Forever || c.Add(civil.Must("9999-12-30"), 5) != civil.Forever {
		t.Error("no end has no last day")
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
