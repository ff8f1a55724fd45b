//go:build race

package testkit

// fewer says how many times fewer histories the race detector sees.
const fewer = 12

// Racing says whether the race detector watches.
const Racing = true
