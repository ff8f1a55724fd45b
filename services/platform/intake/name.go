package intake

import (
	"path"
	"regexp"
	"strings"
)

// longDigits could be the number of somebody's document.
var longDigits = regexp.MustCompile(`[0-9]{14,}[0-9Xx]`)

// baseName drops folders and what would disturb a log or a listing.
func baseName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = longDigits.ReplaceAllString(name, "…")
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == 0xFFFD {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name == "." || name == "/" {
		return ""
	}
	if runes := []rune(name); len(runes) > 120 {
		name = string(runes[:120])
	}
	return name
}
