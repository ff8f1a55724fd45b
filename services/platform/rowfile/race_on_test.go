//go:build race

package rowfile

// slower says how much less a test of size does under the race detector.
const slower = 20
