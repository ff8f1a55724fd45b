package policy

import (
	"math/big"
	"testing"

	"xinju.dev/services/platform/civil"
)

func TestATermTakesAwayAndATotalHasNoDenominator(t *testing.T) {
	p := packOf(t, shaped("unit: permille", "unit: count", "times: 5}]}", "times: -1/2}]}", `    denominator:
      text: {zh: 平均人口, en: average population}
      sum:
        - {indicator: POP, part: eligible, times: 1/5, average: start_end}
        - {figure: registered_population, average: start_end}
`, "", "value: 11.33‰", "value: 11"))
	base, _ := p.Indicator("BASE")
	if !base.Computed() || !base.Total() || base.Unit != Counted {
		t.Fatalf("BASE is no total: %+v", base)
	}
	n, ok := base.Numerator.Sum(base.Period, day("2020-06-30"), func(*Term, civil.Date) (*big.Rat, bool) { return big.NewRat(7, 1), true })
	if !ok || n.RatString() != "7/2" {
		t.Errorf("7 less half of 7 is %v", n)
	}
	if got := p.formula(&base.Numerator).Chinese; got != "DONE 数量 + -1/2 × EHR03 已服务数" {
		t.Errorf("in words: %s", got)
	}
	share, _ := packOf(t, everything).Indicator("BASE")
	if share.Total() {
		t.Error("a ratio with a denominator is a total")
	}
}

func TestAnIndicatorAwaitsTheRecordsThatCoverNotTheRegister(t *testing.T) {
	p := packOf(t, shaped("    eligible: {use: adult}\n    covered: {records: {code: SCR-CERV, within: ever}}", "    eligible: {records: {code: SCR-BREAST, holding: true}}\n    covered: {records: {code: SCR-CERV, within: ever}}"))
	scr, _ := p.Indicator("SCR")
	for code, want := range map[string]string{"SCR-BREAST": "筛查记录", "SCR-CERV": ""} {
		if got := scr.Awaiting(func(c string) bool { return c == code }).Chinese; got != want {
			t.Errorf("%s was seen: awaits %q, want %q", code, got, want)
		}
	}
}
