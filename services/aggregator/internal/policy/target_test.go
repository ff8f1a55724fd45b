package policy

import (
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xinju.dev/services/platform/civil"
)

var day = civil.Must

func TestGapsInPeopleAreExact(t *testing.T) {
	for _, c := range []struct {
		name              string
		target            Target
		eligible, covered int
		want              int
	}{
		{"six of eight against 90 % lack two", Target{Num: 90, Den: 100}, 8, 6, 2},
		{"reached exactly", Target{Num: 90, Den: 100}, 10, 9, 0},
		{"a rounding error of floating point would ask for one more", Target{Num: 55, Den: 100}, 100, 55, 0},
		{"more than reached", Target{Num: 80, Den: 100}, 10, 10, 0},
		{"nobody eligible", Target{Num: 80, Den: 100}, 0, 0, 0},
		{"not more than: three too many", Target{AtMost: true, Num: 7, Den: 1000}, 1000, 10, 3},
		{"not more than: floor", Target{AtMost: true, Num: 7, Den: 1000}, 999, 7, 1},
		{"not more than: within", Target{AtMost: true, Num: 7, Den: 1000}, 1000, 5, 0},
		{"exactly everybody: two are missing", Target{Exactly: true, Num: 1, Den: 1}, 10, 8, 2},
		{"exactly half: one too many", Target{Exactly: true, Num: 1, Den: 2}, 10, 6, 1},
		{"exactly half of nine is four or five", Target{Exactly: true, Num: 1, Den: 2}, 9, 4, 0},
		{"and not three", Target{Exactly: true, Num: 1, Den: 2}, 9, 3, 1},
		{"nor six", Target{Exactly: true, Num: 1, Den: 2}, 9, 6, 1},
		{"large numbers", Target{Num: 1133, Den: 100000}, 2_000_000_000, 0, 22_660_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.target.Gap(c.eligible, c.covered); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestFractionsAreReadExactly(t *testing.T) {
	for _, c := range []struct {
		in       string
		num, den int64
		ok       bool
	}{
		{"80%", 80, 100, true},
		{"98.56%", 9856, 10000, true},
		{"11.33‰", 1133, 100000, true},
		{"16/100000", 16, 100000, true},
		{"0.8", 8, 10, true},
		{"", 0, 0, false},
		{"%", 0, 0, false},
		{"-1%", 0, 0, false},
		{"1e3", 0, 0, false},
		{"5/0", 0, 0, false},
		{"1.2345678%", 0, 0, false},
		{"99999999999999999999%", 0, 0, false},
	} {
		t.Run(c.in, func(t *testing.T) {
			num, den, ok := fraction(c.in)
			if num != c.num || ok != c.ok || ok && den != c.den {
				t.Errorf("got %d/%d %t", num, den, ok)
			}
		})
	}
}

func TestTheTargetOfXianganOnADay(t *testing.T) {
	for _, c := range []struct {
		name, pack, indicator, on, want string
	}{
		{"the interim target until the end of 2018", "xiangan-2018", "EHR03", "2018-12-31", "≥ 50 %"},
		{"then the final one", "xiangan-2018", "EHR03", "2019-01-01", "≥ 80 %"},
		{"after its deadline it stays", "xiangan-2018", "EHR03", "2026-06-30", "≥ 80 %"},
		{"health education has no interim target", "xiangan-2018", "HED01", "2018-12-31", "≥ 95 %"},
		{"vaccination", "xiangan-2018", "IMM03", "2020-12-31", "≥ 90 %"},
		{"checks of children", "xiangan-2018", "CHD01", "2020-12-31", "≥ 85 %"},
		{"antenatal care, interim", "xiangan-2018", "MAT01", "2018-10-01", "≥ 50 %"},
		{"antenatal care", "xiangan-2018", "MAT01", "2020-12-31", "≥ 85 %"},
		{"reports of infectious disease", "xiangan-2018", "INF01", "2020-12-31", "≥ 95 %"},
		{"the demo county inherits them", "demo-990101", "EHR03", "2026-11-21", "≥ 80 %"},
		{"Zhuji sets none", "zhuji-2017", "EHR03", "2020-12-31", ""},
		{"the country sets none", "national", "IMM03", "2020-12-31", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, _ := builtIn(t).Pack(c.pack)
			for i := range p.Indicators {
				if ind := &p.Indicators[i]; ind.ID == c.indicator {
					got, ok := ind.TargetOn(day(c.on))
					if got.Written != c.want || ok != (c.want != "") {
						t.Errorf("got %q", got.Written)
					}
					return
				}
			}
			t.Error("no such indicator")
		})
	}
}

func TestGapsOfCountsAndRatios(t *testing.T) {
	couples := Target{Num: 1100, Den: 1}
	if got := couples.GapCount(1060); got != 40 {
		t.Errorf("couples: %d", got)
	}
	if got := couples.GapCount(1100); got != 0 {
		t.Errorf("couples: %d", got)
	}
	sexRatio := Target{AtMost: true, Num: 10309, Den: 10000} // 103.09 boys per 100 girls
	if got := sexRatio.GapRatio(big.NewRat(520, 1), big.NewRat(500, 1)); got != 5 {
		t.Errorf("520 boys of 500 girls, 515 may be: %d", got)
	}
	money := Target{Num: 52, Den: 1}
	if got := money.GapRatio(big.NewRat(103, 2), big.NewRat(3, 2)); got != 27 { // 78 − 51.5 = 26.5
		t.Errorf("money: %d", got)
	}
	if got := money.GapRatio(big.NewRat(5, 1), new(big.Rat)); got != 0 {
		t.Errorf("no denominator: %d", got)
	}
	if got := (Target{AtMost: true, Num: 1, Den: 1}).GapRatio(new(big.Rat).SetInt64(math.MaxInt64), big.NewRat(1, math.MaxInt64)); got != math.MaxInt64 {
		t.Errorf("beyond all numbers: %d", got)
	}
}

// Of every target: the gap is the least number of people by which it is reached,
// and 0 exactly when it is, but for an exact target between two whole numbers.
func TestTheGapIsTheLeastThatReachesTheTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		den := rapid.Int64Range(1, 2000).Draw(t, "den")
		target := Target{Num: rapid.Int64Range(0, den).Draw(t, "num"), Den: den}
		switch rapid.IntRange(0, 2).Draw(t, "op") {
		case 1:
			target.AtMost = true
		case 2:
			target.Exactly = true
		}
		eligible := rapid.IntRange(1, 5000).Draw(t, "eligible")
		covered := rapid.IntRange(0, eligible).Draw(t, "covered")
		gap := target.Gap(eligible, covered)
		met := func(n int) bool { return target.Met(big.NewRat(int64(n), int64(eligible))) }
		if target.Exactly && !new(big.Rat).Mul(target.Rat(), big.NewRat(int64(eligible), 1)).IsInt() {
			return // see TestGapsInPeopleAreExact
		}
		if met(covered) != (gap == 0) {
			t.Fatalf("%+v: %d of %d, gap %d", target, covered, eligible, gap)
		}
		up, down := met(covered+gap), met(covered-gap)
		if !up && !down {
			t.Fatalf("%+v: %d of %d is not reached by %d", target, covered, eligible, gap)
		}
		if gap > 0 && (met(covered+gap-1) || met(covered-gap+1)) {
			t.Fatalf("%+v: %d of %d is reached by less than %d", target, covered, eligible, gap)
		}
	})
}

func TestSeveralTargetsOfOneDay(t *testing.T) {
	d := day("2017-12-31")
	ind := Indicator{Targets: []Target{
		{Written: "half", By: day("2017-06-01"), Interim: true}, {Written: "first", By: d, Interim: true}, {Written: "final", By: d}, {Written: "limit", By: d, AtMost: true},
	}}
	for on, want := range map[string][]string{"2017-06-01": {"half"}, "2017-06-02": {"first", "final", "limit"}, "2018-01-01": {"first", "final", "limit"}} {
		var got []string
		for _, x := range ind.TargetsOn(day(on)) {
			got = append(got, x.Written)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", on, diff)
		}
	}
	if got, _ := ind.TargetOn(day("2017-07-01")); got.Written != "final" {
		t.Errorf("the one in force: %+v", got)
	}
	if got, _ := ind.TargetOn(day("2017-01-01")); got.Written != "half" {
		t.Errorf("an interim one alone: %+v", got)
	}
}
