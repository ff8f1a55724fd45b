package edge

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"xinju.dev/services/platform/civil"
)

// plainDates lets a query say asOfDate=2026-06-30. The generated routes know a
// date only as its three parts.
func plainDates(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		changed := false
		for key, values := range q {
			if !strings.HasSuffix(key, "Date") && !strings.HasSuffix(key, "_date") {
				continue
			}
			d, err := civil.Parse(values[0])
			if err != nil || len(values) != 1 {
				writeFault(w, r, errJSON.On(safeName(key), "YYYY-MM-DD"))
				return
			}
			spread(q, key, d)
			changed = true
		}
		if changed {
			u := *r.URL
			u.RawQuery = q.Encode()
			r = r.Clone(r.Context())
			r.URL = &u
		}
		next.ServeHTTP(w, r)
	})
}

func spread(q url.Values, key string, d civil.Date) {
	y, m, day := d.YMD()
	q.Del(key)
	q.Set(key+".year", strconv.Itoa(y))
	q.Set(key+".month", strconv.Itoa(m))
	q.Set(key+".day", strconv.Itoa(day))
}

// safeName keeps a parameter's name out of the answer unless it looks like one.
func safeName(key string) string {
	for _, c := range key {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' {
			return "query"
		}
	}
	return key
}
