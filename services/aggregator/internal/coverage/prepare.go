package coverage

import (
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"
)

// Preparer is a View that reads its numbers from tables and does better when it
// is told beforehand which ones will be asked for.
type Preparer interface {
	Prepare(codes []string, days []civil.Date)
}

// Prepare tells a view which numbers will be asked for; most views hold them anyway.
func Prepare(v View, codes []string, days ...civil.Date) {
	if p, ok := v.(Preparer); ok && len(codes) > 0 {
		p.Prepare(codes, days)
	}
}

// Counter is a View that gives many numbers of one division with less work than
// one by one.
type Counter interface {
	Counts(keys []ledger.Key, code string, day civil.Date, out []ledger.Count)
}

// Counts puts the number of each key in a division into out, which is as long.
func Counts(v View, keys []ledger.Key, code string, day civil.Date, out []ledger.Count) {
	if c, ok := v.(Counter); ok {
		c.Counts(keys, code, day, out)
		return
	}
	for i, key := range keys {
		out[i] = v.Count(key, code, day)
	}
}
