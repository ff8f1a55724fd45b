// Package policy turns policy packs (YAML) into answers: which residents count
// for which indicator in which village on which days, covered or not, and why.
//
// A pack is compiled once into predicates; each maps one resident's facts to a
// timeline over all days at once, so the passing of time needs no job. The
// package is pure: no clock, no storage, no wire format, and it never changes
// a fact.
package policy
