// Package intake reads residence files of public-security systems: it keeps the
// file durably, finds out how it is written, cuts it into rows, turns every row
// into an event or a reason for refusing it, and hands both on in chunks, so
// that a file of any size takes the same memory and a crash at any moment
// changes nothing in the end.
//
// It must not decide what an event does to a person (that is core) nor know how
// anything is stored (that is store), and it never puts what it read into an
// error or a log.
package intake
