package nip

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xinju.dev/services/platform/civil"
)

func schedule(t testing.TB) *Schedule {
	t.Helper()
	s, err := Default()
	if err != nil {
		t.Fatalf("embedded schedule: %v", err)
	}
	return s
}

// parseDoses reads "HepB 2026-09-01; BCG 2026-09-01".
func parseDoses(t testing.TB, text string) []Dose {
	t.Helper()
	var out []Dose
	for part := range strings.SplitSeq(text, ";") {
		f := strings.Fields(part)
		if len(f) == 0 {
			continue
		}
		if _, ok := schedule(t).Product(f[0]); !ok || len(f) != 2 {
			t.Fatalf("not a dose: %q", part)
		}
		out = append(out, Dose{Product: f[0], On: civil.Must(f[1])})
	}
	return out
}

func render(st SeriesStatus) []string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", st.Series, st.Status)
	switch {
	case st.Product == "DT":
		fmt.Fprintf(&b, " DT x%d", st.Remaining)
	case st.Product != "":
		fmt.Fprintf(&b, " %s dose %d", st.Product, st.Number)
	}
	if st.Earliest != civil.None {
		fmt.Fprintf(&b, " earliest %s", st.Earliest)
	}
	if st.Before != civil.None {
		fmt.Fprintf(&b, " before %s", st.Before)
	}
	if st.Reason != "" {
		fmt.Fprintf(&b, " %s", st.Reason)
	}
	out := []string{b.String()}
	for _, g := range st.Given {
		if !g.Valid() {
			out = append(out, fmt.Sprintf("%s invalid %s %s %s", st.Series, g.Dose.Product, g.Dose.On, g.Reason))
		}
	}
	return out
}

// one returns the rendered status of one series.
func one(t testing.TB, s *Schedule, c Child, given, asOf, series string) []string {
	t.Helper()
	all := s.Forecast(c, parseDoses(t, given), civil.Must(asOf))
	i := slices.IndexFunc(all, func(st SeriesStatus) bool { return st.Series == series })
	if i < 0 {
		return nil
	}
	return render(all[i])
}
