// Package places holds the rules of the administrative tree as a whole: how a
// list of divisions is read and completed, what differs between it and the tree
// as it stands, and what became of a code.
//
// It is pure: it reads no tables and decides nothing about who lives where.
package places
