package freeze

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"xinju.dev/services/aggregator/internal/report"
)

// figureState is the digest of the numbers from outside that numbers were computed
// from; "" when there are none. Facts have a digest of their own.
func figureState(numbers []report.Number) string {
	h, some := sha256.New(), false
	for i := range numbers {
		for _, f := range numbers[i].Figures {
			some = true
			_, _ = fmt.Fprintf(h, "%q %q %d %q %q\n", numbers[i].Division, f.ID, f.Day, f.Value, f.Source) // a digest never fails
		}
	}
	if !some {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}
