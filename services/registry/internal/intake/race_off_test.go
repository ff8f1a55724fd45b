//go:build !race

package intake_test

const slower = 1
