package derive

import "xinju.dev/services/aggregator/internal/facts"

// SortKey orders a resident in a village's list, as Row has it.
func SortKey(r *facts.Resident, w *facts.World, village string) string { return sortKey(r, w, village) }
