// Package report is the content of a frozen report and everything that can be
// made of it: forms by a template, exports with small cells suppressed, the
// differences between two reports.
//
// It is pure: it knows no storage, no wire, no clock and no state but the frozen
// one, so the same report always gives the same bytes.
package report
