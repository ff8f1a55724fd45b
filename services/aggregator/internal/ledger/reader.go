package ledger

import (
	"xinju.dev/services/platform/civil"
)

// Reader answers numbers. The ledger in memory is one form of it, what is stored
// by months the other; both give the same for the same intervals and tree.
type Reader interface {
	// At is the count of a division at the end of day; zero where nobody was ever
	// counted.
	At(key Key, code string, day civil.Date) Count
	// Direct is what is counted in a code itself, without what lies below it.
	Direct(key Key, code string, day civil.Date) Count
	// Trend is At on several days, in their order.
	Trend(key Key, code string, days []civil.Date) []Count
}

var (
	_ Reader = (*Ledger)(nil)
	_ Reader = (*Stored)(nil)
)

// Trend implements Reader.
func (l *Ledger) Trend(key Key, code string, days []civil.Date) []Count {
	out := make([]Count, len(days))
	for i, day := range days {
		out[i] = l.At(key, code, day)
	}
	return out
}
