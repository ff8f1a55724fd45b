package store

import (
	"encoding/hex"
	"strconv"
)

// Shape of a sort key.
const (
	keyNumbers = 4 // of an address: road number, building, entrance, room
	keyWidth   = 5
	keyMost    = 99_999
	keyRoad    = 2 // bytes of the road's hash
	keyWhole   = 4 // bytes of the whole address's
	keySize    = 2*keyRoad + keyNumbers*keyWidth + 2*keyWhole
)

// sortKey is the key that sorts the stays of a village by address: houses of
// one road together, by their numbers. Of the words of the address only a keyed
// hash goes in, so that nobody reads a road or a name out of a feed.
func (s *SQL) sortKey(division, address string) string {
	if address == "" {
		return ""
	}
	word, numbers := parseAddress(address)
	plain := append(append(make([]byte, 0, 128), division...), word...)
	key := hex.AppendEncode(make([]byte, 0, keySize), s.seal.Index("road", plain)[:keyRoad])
	for _, n := range numbers {
		key = appendPadded(key, n)
	}
	plain = append(plain[:len(division)], address...)
	return string(hex.AppendEncode(key, s.seal.Index("address", plain)[:keyWhole]))
}

// appendPadded writes n in keyWidth digits.
func appendPadded(key []byte, n int) []byte {
	var digits [keyWidth]byte
	text := strconv.AppendInt(digits[:0], int64(n), 10)
	for range keyWidth - len(text) {
		key = append(key, '0')
	}
	return append(key, text...)
}

// parseAddress splits an address into what stands before its first number, and
// its numbers, zero where there are fewer than keyNumbers.
func parseAddress(address string) (word string, numbers [keyNumbers]int) {
	word = address
	at, inside := 0, false
	for i, r := range address {
		if r >= '０' && r <= '９' {
			r = r - '０' + '0'
		}
		if r < '0' || r > '9' {
			if inside {
				at, inside = at+1, false
			}
			continue
		}
		if !inside && at == 0 {
			word = address[:i]
		}
		inside = true
		if at < keyNumbers {
			numbers[at] = min(numbers[at]*10+int(r-'0'), keyMost)
		}
	}
	return word, numbers
}
