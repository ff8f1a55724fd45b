package figures_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"xinju.dev/deploy/bench/internal/figures"
)

func TestRoundsStayWithinTheLimit(t *testing.T) {
	for name, c := range map[string]struct {
		limit figures.Limit
		want  int
	}{
		"at least, though the time is up": {figures.Limit{Least: 3, Most: 10}, 3},
		"at most, though there is time":   {figures.Limit{Least: 3, Most: 5, Spend: time.Hour}, 5},
		"never more than most":            {figures.Limit{Least: 3, Most: 2, Spend: time.Hour}, 2},
	} {
		var s figures.Sampler
		if err := s.Repeat(c.limit, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if got := s.Line("x", 0).Rounds; got != c.want {
			t.Errorf("%s: %d rounds, want %d", name, got, c.want)
		}
	}
}

func TestAFailedRoundEndsTheMeasurement(t *testing.T) {
	var s figures.Sampler
	failed := errors.New("on purpose")
	if err := s.Repeat(figures.Limit{Least: 2, Most: 2}, func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("got %v", err)
	}
	if n := s.Line("x", 0).Rounds; n != 0 {
		t.Errorf("%d rounds were counted", n)
	}
}

func TestRatiosAreBaselineToOurs(t *testing.T) {
	c := figures.Comparison{
		Ours:     figures.Line{Wall: 2 * time.Second, CPU: time.Second, Server: time.Second},
		Baseline: figures.Line{Wall: 10 * time.Second, CPU: time.Second, Server: figures.Unknown},
	}
	if got := c.Times(); got != 5 {
		t.Errorf("wall %v, want 5", got)
	}
	if got := c.TimesCPU(); got != 0.5 {
		t.Errorf("CPU %v, want 0.5", got)
	}
	c.Ours.Memory, c.Baseline.Memory = 100, 90
	if got := c.Times(); got != 0.9 {
		t.Errorf("memory %v, want 0.9", got)
	}
}

func TestTheCPUOfAProcessIsReadFromProc(t *testing.T) {
	read := figures.CPUOf(os.Getpid())
	before, err := read()
	if err != nil {
		t.Fatal(err)
	}
	for {
		now, err := read()
		if err != nil {
			t.Fatal(err)
		}
		if now > before { // reading takes CPU itself, so this ends
			return
		}
	}
}

func TestDurationsAreWrittenShort(t *testing.T) {
	for d, want := range map[time.Duration]string{
		figures.Unknown: "–", 4500: "4.50 µs", 68 * time.Microsecond: "68 µs", 1234 * time.Microsecond: "1.23 ms", 150 * time.Millisecond: "150 ms", 2500 * time.Millisecond: "2.50 s",
	} {
		if got := figures.Short(d); got != want {
			t.Errorf("%d: %q, want %q", d, got, want)
		}
	}
}

func TestTablesAreAlignedAlsoWithChinese(t *testing.T) {
	line := figures.Line{What: "做法", Rounds: 3, Wall: time.Millisecond}
	list := []figures.Comparison{{Section: "a", Case: "统计", Residents: 1_000_000, Ours: line, Baseline: line, Checked: "checked"}}
	var text, mark bytes.Buffer
	if err := errors.Join(figures.WriteTable(&text, list), figures.WriteMarkdown(&mark, list)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1,000,000", "1.00 ms", "checked"} {
		if !strings.Contains(text.String(), want) || want != "checked" && !strings.Contains(mark.String(), want) {
			t.Errorf("%q is missing in\n%s\n%s", want, &text, &mark)
		}
	}
	if rows := strings.Split(mark.String(), "\n"); strings.Count(rows[0], "|") != strings.Count(rows[2], "|") {
		t.Errorf("columns differ:\n%s", &mark)
	}
}
