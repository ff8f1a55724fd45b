package policy

import (
	"testing"

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
