//go:build race

package intake_test

// slower says how much less a test of size does under the race detector, which
// makes the embedded database about ten times slower.
const slower = 5
