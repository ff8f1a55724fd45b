//go:build !race

package testkit

const fewer = 1

// Racing says whether the race detector watches.
const Racing = false
