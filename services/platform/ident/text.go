package ident

import "strings"

// InText says whether a text for people holds what looks like the number of a
// citizen's card: a run of 15 or more digits, the last of them X or not, or
// groups of digits parted by blanks or hyphens that make a valid number together.
// Such texts are refused, so that numbers do not get where they are not looked for.
func InText(text string) bool {
	var groups []string
	gap := false
	for _, r := range text {
		c := folded(r)
		switch {
		case c >= '0' && c <= '9' || c == 'X' && len(groups) > 0 && !gap:
			if gap || len(groups) == 0 {
				groups = append(groups, "")
			}
			groups[len(groups)-1] += string(c)
			gap = false
		case c == ' ' || c == '-' || c == '\t':
			gap = true
		default:
			if inGroups(groups) {
				return true
			}
			groups, gap = nil, false
		}
	}
	return inGroups(groups)
}

// folded makes full-width forms narrow, and a small x capital.
func folded(r rune) rune {
	if r >= 0xFF01 && r <= 0xFF5E {
		r -= 0xFEE0
	}
	switch r {
	case 'x':
		return 'X'
	case 0x3000, 0xA0:
		return ' '
	}
	return r
}

const (
	oldLength = 15
	length    = 18
)

func inGroups(groups []string) bool {
	for i := range groups {
		joined := ""
		for _, g := range groups[i:] {
			joined += g
			if len(g) >= oldLength {
				return true
			}
			if n := len(strings.TrimSuffix(joined, "X")); n > length {
				break
			}
			if len(joined) == oldLength || len(joined) == length {
				if _, err := ParseCitizen(joined); err == nil {
					return true
				}
			}
		}
	}
	return false
}
