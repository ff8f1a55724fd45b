// Package answers computes from one state what is shown to people: the numbers of
// indicators with their targets and gaps, ratios of them, trends, leagues and
// warnings.
//
// It is arithmetic over coverage.View and the figures that come from outside, in
// plain structs; package rpc turns them into messages and reports are made of
// them. It knows no wire, no storage and no clock.
package answers
