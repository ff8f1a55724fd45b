//go:build !race

package rowfile

const slower = 1
