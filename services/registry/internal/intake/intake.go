// Package intake is what the registry makes of files of residence events and of
// full lists of residents: which columns they have, what the values of a column
// mean, and what event a row is. The pipeline that receives and applies them is
// package platform/intake.
//
// It must not decide what an event does to a person (that is core) nor know how
// anything is stored (that is store), and it never puts what it read into an
// error or a log.
package intake
