package store

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Shape of a sort key.
const (
	keyNumbers = 4 // of an address: road number, building, entrance, room
	keyWidth   = 5
	keyMost    = 99_999
)

// sortKey is the key that sorts the stays of a village by address: houses of
// one road together, by their numbers. Of the words of the address only a keyed
// hash goes in, so that nobody reads a road or a name out of a feed.
func (s *SQL) sortKey(division, address string) string {
	if address == "" {
		return ""
	}
	words, numbers := parseAddress(address)
	road := s.seal.Index("road", []byte(division+words[0]))
	whole := s.seal.Index("address", []byte(division+address))
	var b strings.Builder
	b.WriteString(hex.EncodeToString(road[:2]))
	for i := range keyNumbers {
		n := 0
		if i < len(numbers) {
			n = numbers[i]
		}
		fmt.Fprintf(&b, "%0*d", keyWidth, n)
	}
	b.WriteString(hex.EncodeToString(whole[:4]))
	return b.String()
}

// parseAddress splits an address into what stands before its first number and
// its numbers, at most keyNumbers.
func parseAddress(address string) (words []string, numbers []int) {
	n, inside := 0, false
	var word strings.Builder
	first := ""
	for _, r := range address {
		if r >= '０' && r <= '９' {
			r = r - '０' + '0'
		}
		if r >= '0' && r <= '9' {
			if !inside && len(numbers) == 0 {
				first = word.String()
			}
			inside = true
			n = min(n*10+int(r-'0'), keyMost)
			continue
		}
		if inside {
			numbers, n, inside = append(numbers, n), 0, false
		}
		word.WriteRune(r)
	}
	if inside {
		numbers = append(numbers, n)
	}
	if len(numbers) == 0 {
		first = word.String()
	}
	return []string{first}, numbers[:min(len(numbers), keyNumbers)]
}
