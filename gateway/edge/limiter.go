package edge

import (
	"net/http"
	"strings"
)

// limiter keeps the number of calls that run at once. What stays long, files and
// streams, may take half of the places, so that it cannot starve the rest.
type limiter struct{ all, longs chan struct{} }

func newLimiter(n int) limiter {
	if n <= 0 {
		n = DefaultLimit
	}
	return limiter{all: make(chan struct{}, n), longs: make(chan struct{}, max(n/2, 1))}
}

// calls limits the JSON calls; a stream among them counts as long.
func (l limiter) calls(next http.Handler) http.Handler {
	short, long := l.within(next, l.all), l.long(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ":watch") {
			long.ServeHTTP(w, r)
			return
		}
		short.ServeHTTP(w, r)
	})
}

// long limits files and streams.
func (l limiter) long(next http.Handler) http.Handler { return l.within(next, l.all, l.longs) }

// within runs next while it holds a place in each of rooms; it never waits, for
// a queue only adds the callers' impatience to the load.
func (limiter) within(next http.Handler, rooms ...chan struct{}) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, room := range rooms {
			select {
			case room <- struct{}{}:
				defer func() { <-room }()
			default:
				writeFault(w, errBusy)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}
