package edge

import (
	"net/http"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// cleanPaths lets one spelling of each address through. The router would
// redirect others, and an encoded slash would choose another route than the one
// that was meant.
func cleanPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isClean(r) {
			writeFault(w, errNoRoute)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isClean(r *http.Request) bool {
	p := r.URL.Path
	if !strings.HasPrefix(p, "/") || path.Clean(p) != p || !printable(p) || strings.ContainsAny(p, `\%`) || r.URL.Opaque != "" {
		return false
	}
	raw := strings.ToUpper(r.URL.RawPath)
	return !strings.Contains(raw, "%2F")
}

// printable says whether text can be a name or an identifier at all.
func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
