// Package ids makes the identifiers of records: ULIDs, 26 characters of
// Crockford's base 32 that sort by the time they were made.
//
// An identifier is opaque to everybody else: it is never derived from a person,
// and nothing may read a date out of it.
package ids

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"
)

// Len is the length of every identifier in characters.
const Len = 26

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var maker struct {
	mu   sync.Mutex
	hi   uint64 // 48 bits of milliseconds, then the upper 16 random bits
	lo   uint64 // the lower 64 random bits
	pool [512]byte
	left int
}

// New returns an identifier for a record made at now. Within one process each
// one is greater than the one before, also when the clock stands still or goes
// back: then it is the previous one plus a random step, so that neighbours
// cannot be guessed.
func New(now time.Time) string {
	maker.mu.Lock()
	defer maker.mu.Unlock()
	if ms := uint64(max(now.UnixMilli(), 0)) & (1<<48 - 1); ms > maker.hi>>16 {
		maker.hi = ms<<16 | random()>>48
		maker.lo = random()
		return encode(maker.hi, maker.lo)
	}
	step := random()>>24 + 1 // 1 … 2^40
	before := maker.lo
	maker.lo += step
	if maker.lo < before {
		maker.hi++ // may run into the next millisecond: order matters more than the time
	}
	return encode(maker.hi, maker.lo)
}

// Valid reports whether s has the form of an identifier made here.
func Valid(s string) bool {
	if len(s) != Len || s[0] > '7' {
		return false
	}
	for i := range len(s) {
		if !digit[s[i]] {
			return false
		}
	}
	return true
}

var digit = func() (is [256]bool) {
	for i := range len(alphabet) {
		is[alphabet[i]] = true
	}
	return is
}()

// random takes eight bytes from a small pool, because asking the system for
// each identifier would cost more than all the rest.
func random() uint64 {
	if maker.left < 8 {
		_, _ = rand.Read(maker.pool[:]) // never fails: the program ends first
		maker.left = len(maker.pool)
	}
	maker.left -= 8
	return binary.LittleEndian.Uint64(maker.pool[maker.left:])
}

func encode(hi, lo uint64) string {
	var out [Len]byte
	for i := Len - 1; i >= 0; i-- {
		out[i] = alphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(out[:])
}
