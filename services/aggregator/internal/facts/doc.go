// Package facts holds what the rules may know: the coded facts about one
// resident as plain structs, and the world they live in (divisions and units).
//
// It is pure data with look-ups. It knows no wire format, no storage and no
// rule: which facts make somebody eligible is said by package policy alone.
//
// Dates follow the feed: a last day is inclusive (Left, Until, ValidTo), None
// is "not recorded" or, for a last day, "goes on". First days on which
// something no longer holds are called Closed, Lapsed, Cancelled.
package facts
