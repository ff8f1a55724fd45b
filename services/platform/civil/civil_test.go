package civil_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"xinju.dev/services/platform/civil"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func day(t interface{ Fatal(...any) }, s string) civil.Date {
	d, err := civil.Parse(s)
	if err != nil {
		t.Fatal(s, err)
	}
	return d
}

// The worked dates of the domain notes: 民法典 art. 202.
func TestMonthsAreAddedAsTheLawCountsThem(t *testing.T) {
	for _, c := range []struct {
		name     string
		start    string
		months   int
		last     string // the corresponding day, or the month's last
		civil    string // counted strictly, from the day after
		days     int
		goDiffer bool // time.AddDate gives another day
	}{
		{"an ordinary day", "2025-01-15", 3, "2025-04-15", "2025-04-16", 90, false},
		{"28 November", "2025-11-28", 3, "2026-02-28", "2026-03-01", 92, false},
		{"29 November into a common year", "2025-11-29", 3, "2026-02-28", "2026-03-01", 91, true},
		{"29 November into a leap year", "2023-11-29", 3, "2024-02-29", "2024-03-01", 92, false},
		{"28 August", "2025-08-28", 6, "2026-02-28", "2026-03-01", 184, false},
		{"29 August", "2025-08-29", 6, "2026-02-28", "2026-03-01", 183, true},
		{"30 August", "2025-08-30", 6, "2026-02-28", "2026-03-01", 182, true},
		{"31 August", "2025-08-31", 6, "2026-02-28", "2026-03-01", 181, true},
		{"31 August into a leap year", "2023-08-31", 6, "2024-02-29", "2024-03-01", 182, true},
		{"a leap day has no month-end stickiness", "2024-02-29", 3, "2024-05-29", "2024-05-30", 90, false},
		{"a leap day and six months", "2024-02-29", 6, "2024-08-29", "2024-08-30", 182, false},
		{"from leap day to leap day", "2024-02-29", 48, "2028-02-29", "2028-03-01", 1461, false},
		{"the shortest three months", "2025-02-28", 3, "2025-05-28", "2025-05-29", 89, false},
		{"31 March", "2025-03-31", 3, "2025-06-30", "2025-07-01", 91, true},
		{"31 December and six months", "2025-12-31", 6, "2026-06-30", "2026-07-01", 181, true},
		{"31 December and a year", "2025-12-31", 12, "2026-12-31", "2027-01-01", 365, false},
		{"30 June", "2026-06-30", 6, "2026-12-30", "2026-12-31", 183, false},
		{"the national day is not extended", "2025-10-01", 12, "2026-10-01", "2026-10-02", 365, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := day(t, c.start)
			if got := civil.Lived(start, c.months, civil.Anniversary); got != day(t, c.last) {
				t.Errorf("anniversary %s, want %s", got, c.last)
			}
			if got := civil.Lived(start, c.months, civil.Civil); got != day(t, c.civil) {
				t.Errorf("civil %s, want %s", got, c.civil)
			}
			if got := int(day(t, c.last) - start); got != c.days {
				t.Errorf("%d days, want %d", got, c.days)
			}
			//nolint:forbidigo // shown to be wrong
			naive := civil.DateOf(start.Time().AddDate(0, c.months, 0))
			if (naive != day(t, c.last)) != c.goDiffer {
				t.Errorf("time.AddDate gives %s", naive)
			}
		})
	}
}

func TestAddingTwiceIsNotAddingTheSum(t *testing.T) {
	start := civil.Must("2025-11-30")
	if twice, once := start.AddMonths(3).AddMonths(3), start.AddMonths(6); twice != civil.Must("2026-05-28") || once != civil.Must("2026-05-30") {
		t.Errorf("twice %s, once %s", twice, once)
	}
}

// Every day of the calendar once, against the standard library.
func TestEveryDayRoundTrips(t *testing.T) {
	at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := civil.Date(1); d < civil.Forever; d++ {
		y, m, dd := d.YMD()
		if civil.Of(y, m, dd) != d {
			t.Fatalf("day %d is %d-%d-%d and back %d", d, y, m, dd, civil.Of(y, m, dd))
		}
		if d%97 == 1 || dd <= 1 || dd >= 28 {
			got := at.Unix()/86400 + int64(d) - 1
			ty, tm, td := time.Unix(got*86400, 0).UTC().Date()
			if ty != y || int(tm) != m || td != dd {
				t.Fatalf("day %d is %d-%d-%d, the standard library says %d-%d-%d", d, y, m, dd, ty, tm, td)
			}
		}
	}
	if y, m, d := (civil.Forever - 1).YMD(); y != 9999 || m != 12 || d != 31 {
		t.Errorf("the last day is %d-%d-%d", y, m, d)
	}
}

func dates() *rapid.Generator[civil.Date] {
	return rapid.Custom(func(t *rapid.T) civil.Date {
		return civil.Date(rapid.Int32Range(int32(civil.Must("1850-01-01")), int32(civil.Must("2150-12-31"))).Draw(t, "day"))
	})
}

func TestLawsOfMonths(t *testing.T) {
	months := rapid.IntRange(-600, 600)
	t.Run("adding is monotone in the start", rapid.MakeCheck(func(t *rapid.T) {
		a, b, n := dates().Draw(t, "a"), dates().Draw(t, "b"), months.Draw(t, "n")
		if a <= b && a.AddMonths(n) > b.AddMonths(n) {
			t.Fatalf("%s ≤ %s but not %d months later", a, b, n)
		}
	}))
	t.Run("adding is strictly monotone in the months", rapid.MakeCheck(func(t *rapid.T) {
		a, n := dates().Draw(t, "a"), months.Draw(t, "n")
		if a.AddMonths(n) >= a.AddMonths(n+1) {
			t.Fatalf("%s + %d", a, n)
		}
	}))
	t.Run("the day of the month stays or is the last of its month", rapid.MakeCheck(func(t *rapid.T) {
		a, n := dates().Draw(t, "a"), months.Draw(t, "n")
		y, m, d := a.YMD()
		y2, m2, d2 := a.AddMonths(n).YMD()
		if y2*12+m2 != y*12+m+n || d2 != min(d, civil.DaysIn(y2, m2)) {
			t.Fatalf("%s + %d = %d-%d-%d", a, n, y2, m2, d2)
		}
	}))
	t.Run("months until is the largest number that fits", rapid.MakeCheck(func(t *rapid.T) {
		a, b := dates().Draw(t, "a"), dates().Draw(t, "b")
		if n := a.MonthsUntil(b); a.AddMonths(n) > b || a.AddMonths(n+1) <= b {
			t.Fatalf("%s until %s: %d", a, b, n)
		}
	}))
	t.Run("years until is the largest number of twelve months", rapid.MakeCheck(func(t *rapid.T) {
		a, b := dates().Draw(t, "a"), dates().Draw(t, "b")
		if n := a.YearsUntil(b); a.AddMonths(12*n) > b || a.AddMonths(12*n+12) <= b {
			t.Fatalf("%s until %s: %d", a, b, n)
		}
	}))
	t.Run("civil counting is one day after anniversary", rapid.MakeCheck(func(t *rapid.T) {
		a, n := dates().Draw(t, "a"), rapid.IntRange(0, 600).Draw(t, "n")
		if civil.Lived(a, n, civil.Civil) != civil.Lived(a, n, civil.Anniversary)+1 {
			t.Fatalf("%s, %d months", a, n)
		}
	}))
}

func TestFormsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := dates().Draw(t, "d")
		if got, err := civil.Parse(d.String()); got != d || err != nil {
			t.Fatalf("%s came back as %s, %v", d, got, err)
		}
		if got, err := civil.FromYYYYMMDD(d.YYYYMMDD()); got != d || err != nil {
			t.Fatalf("%d came back as %s, %v", d.YYYYMMDD(), got, err)
		}
		v, err := d.Value()
		var scanned civil.Date
		if err != nil || scanned.Scan(v) != nil || scanned != d {
			t.Fatalf("stored as %v, read as %s", v, scanned)
		}
		if scanned = civil.None; scanned.Scan([]byte(json.Number(d.String()[:4]+d.String()[5:7]+d.String()[8:]))) != nil || scanned != d {
			t.Fatalf("%s read from text as %s", d, scanned)
		}
		js, err := json.Marshal(d)
		var back civil.Date
		if err != nil || json.Unmarshal(js, &back) != nil || back != d {
			t.Fatalf("%s as JSON is %s and back %s", d, js, back)
		}
		for _, clock := range []time.Duration{0, 24*time.Hour - time.Nanosecond} {
			if civil.DateOf(d.Time().Add(clock).UTC()) != d {
				t.Fatalf("%s + %s is another day in Shanghai", d, clock)
			}
		}
	})
}

func TestWhatIsNoDateIsRefused(t *testing.T) {
	for _, s := range []string{"", "2025-2-01", "2025-02-29", "2025-04-31", "2025-13-01", "2025-00-10", "2025-01-00", "0000-01-01", "0000-00-00", "2025/01/01", "20250101", "2025-01-01 ", "２０２５-01-01", "2025-0a-01"} {
		if d, err := civil.Parse(s); !errors.Is(err, civil.ErrDate) || d != civil.None {
			t.Errorf("%q gave %s, %v", s, d, err)
		}
	}
	for _, n := range []int{-1, 1, 20250229, 20251301, 100000101, 99999999} {
		if d, err := civil.FromYYYYMMDD(n); !errors.Is(err, civil.ErrDate) || d != civil.None {
			t.Errorf("%d gave %s, %v", n, d, err)
		}
	}
	var d civil.Date
	for _, src := range []any{"2025-01-01", 1.5, []byte("x"), int64(20250229), time.Now()} {
		if err := d.Scan(src); !errors.Is(err, civil.ErrDate) {
			t.Errorf("%T was read", src)
		}
	}
}

func TestNoneAndForeverStayWhatTheyAre(t *testing.T) {
	type all struct{ Months, Days civil.Date }
	for _, d := range []civil.Date{civil.None, civil.Forever} {
		if diff := cmp.Diff(all{d, d}, all{d.AddMonths(5), d.AddDays(5)}); diff != "" {
			t.Error(diff)
		}
	}
	if d := civil.Must("9999-12-31"); d.AddDays(400) != civil.Forever || d.AddMonths(1) != civil.Forever {
		t.Error("past the end of the calendar is not Forever")
	}
	if civil.None.String() != "" || civil.None.YYYYMMDD() != 0 || civil.Forever.YYYYMMDD() != 99991231 {
		t.Error("None or Forever has another form")
	}
	if d, err := civil.FromYYYYMMDD(0); d != civil.None || err != nil {
		t.Error("0 is not None")
	}
	var d civil.Date = 5
	if err := d.Scan(nil); err != nil || d != civil.None {
		t.Error("NULL is not None")
	}
	d = 5
	if err := d.UnmarshalText(nil); err != nil || d != civil.None {
		t.Error("the empty text is not None")
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2025-02-28")
	f.Add("2025-02-30")
	f.Add("0000-00-00")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := civil.Parse(s); err == nil && d.String() != s {
			t.Errorf("%q was read as %s", s, d)
		}
	})
}
