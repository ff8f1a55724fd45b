// Package intake takes what other systems hand in, as files or as streams of
// events, and gives every row exactly one outcome. It keeps a file durably
// before it is acknowledged, applies it in chunks, each of them whole or not at
// all, and goes on after a crash at any moment as if there had been none, with
// the same memory for a file of any size.
//
// It must not know what a row means: a Target, which the service gives, makes
// items of rows, and the service's Applier records them in the transaction that
// stores their outcomes (package intakestore). Nor does it know how a file is
// written: a Format does. It never puts what it read into an error or a log.
//
// # What a service does to take files of its own
//
//   - implement Target (and Lister, if senders may send full lists instead of
//     events): which columns a file needs, and what item a row is;
//   - implement intakestore.Applier: record items in a given transaction, one
//     outcome each, and say which facts changed;
//   - call intakestore.New and New, add intakestore.Migrations to its own, and
//     run Intake.Run as a part of the process.
package intake
