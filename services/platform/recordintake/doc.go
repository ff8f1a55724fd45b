// Package recordintake lets a record service take files of records that exist
// elsewhere: health archives, doses, visits. It is one target of package intake
// for every kind of record, with what they share: columns by name, persons by
// document, units by name, the recognition of a source record that comes again,
// rows that wait for their person, and withdrawal.
//
// It must not know any kind of record: a service gives a Kind, which says how a
// row becomes the service's core type and when two records are the same.
//
// # What is kept
//
// Of every source record (sender, kind, its number or, without one, a digest of
// its content) one row of record_import says which record it made; every row
// that was taken is one row of record_import_row, its text sealed. The record
// holds what the latest of these rows says, by the time of the source record,
// so that corrections may come in any order and a batch can be withdrawn as if
// it had never come. Identity numbers stand nowhere but in sealed text.
//
// # Who wins
//
// A record that somebody has edited by hand, or voided, is not touched any more:
// rows that differ from it are kept for review.
package recordintake
