package e2e_test

import (
	"bytes"
	"testing"

	"xinju.dev/deploy/synthetic"
)

// noNumbers fails when anything written down holds an identity number of the
// county's people, of 18 digits or as any run of 12 of them.
func noNumbers(t *testing.T, where string, text []byte) {
	t.Helper()
	if where == "" || len(text) == 0 {
		return
	}
	digits := runs(text)
	for p := range county(people).People() {
		if digits[p.Number[2:14]] {
			t.Errorf("%s holds an identity number (of person %d)", where, p.Index)
			return
		}
	}
}

// runs lists every 12 characters that stand in a run of digits.
func runs(text []byte) map[string]bool {
	found := map[string]bool{}
	for _, run := range bytes.FieldsFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != 'X' }) {
		for i := 0; i+12 <= len(run); i++ {
			found[string(run[i:i+12])] = true
		}
	}
	return found
}

func TestTheCanaryIsSeen(t *testing.T) {
	var person *synthetic.Person
	for p := range county(people).People() {
		person = p
		break
	}
	if !runs([]byte(`{"cause":"duplicate ` + person.Number + `"}`))[person.Number[2:14]] {
		t.Error("a number in a log line is not seen")
	}
}
