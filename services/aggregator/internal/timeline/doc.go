// Package timeline is the algebra of sets of days: sorted, disjoint, half-open
// runs of civil dates. Every statement about eligibility is such a set.
//
// It knows no clock, no time zone and no rule. Functions append to a buffer
// that the caller gives and return the part they wrote, so that a caller who
// reuses buffers allocates nothing.
//
// # Sets
//
// A Set is in canonical form: ascending, nothing empty, nothing touching. So
// equal sets are equal as slices, and every operation keeps the form. Of and Add
// build one; All is all days and a nil Set none.
//
// # Operations
//
//	Union, Intersect, Minus, Complement, SymmetricDifference   set algebra
//	AtLeast                                                     k of n sets
//	Clip                                                        the part within a span
//	ShiftMonths, ShiftDays                                      moved in time
//	Lasting                                                     from the day on which a span has lasted n months
//	Bridge                                                      gaps of up to n days closed
//	Contains, SpanAt, SpanFrom, NextChange, Days                look-ups
//	Subset, Disjoint                                            relations
//
// The laws are said with each operation, and each is a property test against a
// bitmap of days that shares no code with the operations.
package timeline
