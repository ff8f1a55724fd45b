package county

// Milliseconds since 1970 in which identifiers were made: from the first of July
// 2016 on, in ten years, a resident every five minutes.
const (
	madeFirst = 1_467_331_200_000
	madeIn    = 3_650 * 24 * 3_600_000
	madeEvery = 5 * 60_000
)

// residentKind is the kind of identifier that grows with the index of the person.
const residentKind = 'R'

// identifier is a ULID like those of the services, 48 bits of time and 80 that
// look random, but follows from what it names. Residents sort by their index.
func identifier(seed uint64, kind byte, index, number int) string {
	high := mixed(mixed(seed^uint64(kind)<<56) ^ uint64(index)<<20 ^ uint64(number))
	low := mixed(high)
	made := mixed(low)
	if kind == residentKind {
		made = uint64(index)*madeEvery + made%madeEvery
	} else {
		made %= madeIn
	}
	return ulid((madeFirst+made)<<16|high>>48, low)
}

// mixed spreads a number over all 64 bits (splitmix64).
func mixed(x uint64) uint64 {
	x += 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ulid writes 128 bits in Crockford's base 32.
func ulid(high, low uint64) string {
	var out [26]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = crockford[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return string(out[:])
}
