package answers_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/answers"
	"xinju.dev/services/platform/civil"

	"pgregory.net/rapid"
)

func drawDay(t *rapid.T) civil.Date {
	return civil.Must("2019-11-30").AddDays(rapid.IntRange(0, 400).Draw(t, "day"))
}

func TestFiguresAreTheOwnOnesOrTheSumOfAllChildren(t *testing.T) {
	n := &numbers{world: world()}
	c := compiled(t, usual)
	rapid.Check(t, func(t *rapid.T) {
		list := drawFigures(t)
		f := answers.NewFigures(list)
		for _, id := range []string{"people", "staff"} {
			what, _ := c.Packs()[0].Figure(id)
			for _, code := range append([]string{province, county}, towns...) {
				day := drawDay(t)
				got := f.Read(n.world, what, code, day)
				want, ok := plainly(list, id, code, day)
				if got.Has != ok || got.Has == (len(got.Missing) > 0) {
					t.Fatalf("%s of %s on %v: %v, missing %v; want %v", id, code, day, got.Has, got.Missing, ok)
				}
				if v, _ := rat(got.Value); ok && !near(v, want) {
					t.Fatalf("%s of %s on %v: %v, want %v", id, code, day, v, want)
				}
			}
		}
	})
}

func TestARatioIsWhatItsTermsSay(t *testing.T) {
	c := compiled(t, usual)
	rapid.Check(t, func(t *rapid.T) {
		n := small(t, c)
		list := drawFigures(t)
		p, mix := column(t, n, "MIX")
		share, _ := n.deriver.Key("SHARE")
		plain, _ := n.deriver.Key("PLAIN")
		for _, code := range append([]string{county}, towns...) {
			day := drawDay(t)
			r := asker(n, answers.NewFigures(list)).Rows(p, answers.DivisionPlace(n.world, code, day), []answers.Column{mix}, day)[0]
			before := civil.Of(day.Year()-1, 12, 31)
			staff, hasStaff := plainly(list, "staff", code, day)
			people, hasPeople := plainly(list, "people", code, day)
			top := 5*float64(n.Count(share, code, day).Covered) + staff/3
			bottom := (float64(n.Count(plain, code, before).Eligible)+float64(n.Count(plain, code, day).Eligible))/2 + people/7
			if want := hasStaff && hasPeople && bottom > 0; r.HasRate != want {
				t.Fatalf("%s on %v has a rate: %v, want %v", code, day, r.HasRate, want)
			}
			if !r.HasRate {
				continue
			}
			if !near(r.Value(), top/bottom*1000) || r.Over != (top > bottom) {
				t.Fatalf("%s on %v: %v over %v, want %v of %v", code, day, r.Value(), r.Over, top, bottom)
			}
		}
	})
}

// TestATrendIsTheRowsOfItsDays also begins before the tree does.
func TestATrendIsTheRowsOfItsDays(t *testing.T) {
	c := compiled(t, usual)
	rapid.Check(t, func(t *rapid.T) {
		n := small(t, c)
		figures := answers.NewFigures(drawFigures(t))
		from := civil.Of(rapid.IntRange(1998, 2020).Draw(t, "from"), 3, 15)
		ends := answers.MonthEnds(from, from.AddMonths(59), 120)
		if len(ends) != 60 || ends[0] != civil.Of(from.Year(), 3, 31) {
			t.Fatalf("%d months from %v", len(ends), ends[0])
		}
		for _, id := range []string{"SHARE", "PLAIN", "MIX"} {
			p, col := column(t, n, id)
			at := answers.DivisionPlace(n.world, towns[0], ends[59])
			for i, r := range asker(n, figures).Trend(p, at, col, ends) {
				alone := asker(n, figures).Rows(p, at, []answers.Column{col}, ends[i])[0]
				if r.Day != ends[i] || r.HasRate != alone.HasRate || r.Rate != alone.Rate || r.Eligible != alone.Eligible || r.Gap != alone.Gap {
					t.Fatalf("%s on %v: %+v, alone %+v", id, ends[i], r, alone)
				}
			}
		}
	})
}

// TestALeagueIsCountedOneByOne ranks, warns and projects with floats and loops.
func TestALeagueIsCountedOneByOne(t *testing.T) {
	for _, s := range []settings{
		usual,
		{minimum: 15, points: 10, months: 3, target: 60, bottom: "half", op: "<="},
		{minimum: 0, points: 0, months: 1, target: 50, bottom: "third", op: "="},
		{minimum: 5, points: 20, months: 0, target: 50, bottom: "none", op: ">="},
		{minimum: 5, points: 5, months: 2, bottom: "half", better: ", better: lower"},
		{minimum: 5, points: 5, months: 2, bottom: "half", better: ", better: neither"},
		{minimum: 5, points: 5, months: 2, bottom: "half"},
	} {
		c := compiled(t, s)
		rapid.Check(t, func(t *rapid.T) {
			n := small(t, c)
			p, col := column(t, n, "SHARE")
			day := drawDay(t)
			before := answers.MonthBefore(day)
			l := asker(n, nil).League(answers.LeagueQuery{Pack: p, Codes: towns, Column: col, Day: day, Before: before})
			if len(l.Ranked)+len(l.Unranked) != len(towns) {
				t.Fatalf("%d and %d of %d towns", len(l.Ranked), len(l.Unranked), len(towns))
			}
			for _, x := range slices.Concat(l.Ranked, l.Unranked) {
				code := x.Row.Place.Code
				if got, want := x.Rank, rankOf(n, col, s, code, day); got != want {
					t.Fatalf("%s is %d, want %d", code, got, want)
				}
				if got, want := x.RankBefore, rankOf(n, col, s, code, before); got != want {
					t.Fatalf("%s was %d, want %d", code, got, want)
				}
				if got, want := x.Warning, levelOf(n, col, s, code, day); got != want {
					t.Fatalf("%s on %v is warned %d, want %d (%s)", code, day, got, want, x.Warned.English)
				}
				if got, want := x.Projected, reaches(n, col, s, code, day); got != want {
					t.Fatalf("%s reaches %v, want %v", code, got, want)
				}
			}
			for i := 1; i < len(l.Ranked); i++ {
				if l.Ranked[i].Rank < l.Ranked[i-1].Rank {
					t.Fatal("not best first")
				}
			}
		})
	}
}

// share is covered and eligible of a town; ok when it may be ranked.
func share(n *numbers, col answers.Column, s settings, code string, day civil.Date) (covered, eligible int, ok bool) {
	x := n.Count(col.Key, code, day)
	return int(x.Covered), int(x.Eligible), x.Eligible > 0 && int(x.Eligible) >= s.minimum
}

// worse says whether a/b is worse than c/d.
func worse(s settings, a, b, c, d int) bool {
	switch {
	case s.op == "<=", strings.Contains(s.better, "lower"):
		return a*d > c*b
	case s.op == "=": // distance from target/100
		x, y := abs(a*100-s.target*b)*d, abs(c*100-s.target*d)*b
		return x > y
	}
	return a*d < c*b
}

func rankOf(n *numbers, col answers.Column, s settings, code string, day civil.Date) int {
	a, b, ok := share(n, col, s, code, day)
	if !ok {
		return 0
	}
	rank := 1
	for _, other := range towns {
		if c, d, ok := share(n, col, s, other, day); ok && worse(s, a, b, c, d) {
			rank++
		}
	}
	return rank
}

func yellowOn(n *numbers, col answers.Column, s settings, code string, day civil.Date) bool {
	a, b, ok := share(n, col, s, code, day)
	if !ok {
		return false
	}
	ranked := 0
	for _, other := range towns {
		if _, _, ok := share(n, col, s, other, day); ok {
			ranked++
		}
	}
	parts := map[string]int{"quarter": 4, "third": 3, "half": 2}[s.bottom]
	best, worst, notBetter := true, true, 0 // those not better than it, itself among them
	for _, other := range towns {
		c, d, ok := share(n, col, s, other, day)
		if !ok {
			continue
		}
		best, worst = best && !worse(s, a, b, c, d), worst && !worse(s, c, d, a, b)
		if !worse(s, a, b, c, d) {
			notBetter++
		}
	}
	room := 0
	if parts > 0 && !strings.Contains(s.better, "neither") {
		room = ranked / parts
	}
	bottom := room > 0 && (notBetter <= room || worst && !best)
	short := map[string]int{">=": s.target*b - 100*a, "<=": 100*a - s.target*b, "=": abs(100*a - s.target*b)}[s.op] // points × b
	return bottom || s.op != "" && s.points > 0 && short > s.points*b
}

func levelOf(n *numbers, col answers.Column, s settings, code string, day civil.Date) answers.Level {
	if !yellowOn(n, col, s, code, day) {
		return answers.NoWarning
	}
	if s.months == 0 {
		return answers.Yellow
	}
	y, m, _ := day.YMD()
	for range s.months - 1 {
		if m--; m == 0 {
			y, m = y-1, 12
		}
		if !yellowOn(n, col, s, code, civil.Of(y, m, civil.DaysIn(y, m))) {
			return answers.Yellow
		}
	}
	return answers.Red
}

// reaches walks the line of the last three ends of months day by day.
func reaches(n *numbers, col answers.Column, s settings, code string, day civil.Date) civil.Date {
	x := n.Count(col.Key, code, day)
	a, b := int(x.Covered)*100, int(x.Eligible)*s.target
	if x.Eligible == 0 || s.op == "" || s.op == "=" || s.op == ">=" && a >= b || s.op == "<=" && a <= b {
		return civil.None
	}
	var xs, ys []float64
	for d := day; len(xs) < 3; d = d.AddDays(-1) {
		if d.AddDays(1).String()[8:] != "01" {
			continue
		}
		x := n.Count(col.Key, code, d)
		if x.Eligible == 0 {
			return civil.None
		}
		xs, ys = append(xs, float64(d-day)), append(ys, float64(x.Covered)/float64(x.Eligible))
	}
	mx, my := (xs[0]+xs[1]+xs[2])/3, (ys[0]+ys[1]+ys[2])/3
	var up, down float64
	for i := range xs {
		up, down = up+(xs[i]-mx)*(ys[i]-my), down+(xs[i]-mx)*(xs[i]-mx)
	}
	slope, target := up/down, float64(s.target)/100
	if math.Abs(slope) < 1e-12 || slope > 0 != (s.op == ">=") {
		return civil.None
	}
	end := day.AddMonths(600)
	for d := day.AddDays(1); d <= end; d = d.AddDays(1) {
		at := my + slope*(float64(d-day)-mx)
		if s.op == ">=" && at >= target-1e-12 || s.op == "<=" && at <= target+1e-12 {
			return d
		}
	}
	return civil.None
}

func abs(n int) int { return max(n, -n) }
