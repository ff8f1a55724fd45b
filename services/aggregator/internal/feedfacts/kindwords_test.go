package feedfacts

import (
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/facts"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
)

// TestEveryKindOfTheFeedsHasWords: what is new in the feeds is named for people,
// or this fails.
func TestEveryKindOfTheFeedsHasWords(t *testing.T) {
	for number, name := range feedv1.FactKind_name {
		if number == 0 {
			continue
		}
		w, ok := facts.KindNumbered(number)
		if !ok || w.Chinese == "" || w.English == "" || strings.ContainsFunc(w.English, func(r rune) bool { return r > 127 }) {
			t.Errorf("%s has no words: %+v", name, w)
		}
		if again, _ := facts.KindNamed(w.Key); again != w {
			t.Errorf("%s is not found by its key %q", name, w.Key)
		}
		if want := strings.ToLower(strings.TrimPrefix(name, "FACT_KIND_")); w.Key != want && w.Key != strings.TrimSuffix(want, "_service") {
			t.Errorf("%s has the key %q", name, w.Key)
		}
	}
}
