package testkit

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// LongEnv names the variable that asks the laws for more histories than the
// quick run: how many.
const LongEnv = "XINJU_LONG"

// Histories is on how many random histories a law is tried that one run of the
// tests tries on n, or on more where XINJU_LONG asks for that, each costing as
// much as so many of the cheapest laws.
//
// Under the race detector it is one in twelve: the detector makes each ten times
// as dear, and what it looks for is found in few. make test runs the laws without
// it, too, on all n.
func Histories(n, cost int) int {
	if more, err := strconv.Atoi(os.Getenv(LongEnv)); err == nil {
		return max(n, more/max(cost, 1))
	}
	return (n + fewer - 1) / fewer
}

// Fewer has the checks of package rapid that a test makes tried on as many random
// histories as Histories says of what the command line says. It ends with the
// test; a test that runs beside others cannot use it.
func Fewer(t testing.TB) {
	t.Helper()
	f := flag.Lookup("rapid.checks")
	if f == nil || !Racing {
		return
	}
	was := f.Value.String()
	if n, err := strconv.Atoi(was); err == nil {
		_ = f.Value.Set(strconv.Itoa((n + fewer - 1) / fewer))
	}
	t.Cleanup(func() { _ = f.Value.Set(was) })
}
