package derived

import (
	"slices"
	"strings"
	"sync"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/platform/civil"
)

// belows keeps what lies below the divisions that lists were last asked of: to
// walk the tree of a county for each page costs more than to read the page.
var belows remembered

// remembered is results of below under one world; a change of the tree makes
// another world. It is safe for concurrent use.
type remembered struct {
	mu    sync.Mutex
	world *facts.World
	every []string // all codes of the world, ascending
	codes map[belowAt]*codesBelow
}

type belowAt struct {
	division string
	day      civil.Date
}

// codesBelow is codes, ascending, and in which run each is: between two codes of
// one run the world has no other code, so that lists of a run are one range.
type codesBelow struct {
	codes []string
	runs  []int32
}

// rememberMost bounds the results that are kept.
const rememberMost = 256

// below is the function of that name; the result must not be changed. Days between
// two changes of the tree share one.
func (r *remembered) below(w *facts.World, division string, day civil.Date) *codesBelow {
	at := belowAt{division, w.Since(day)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.world != w {
		r.world, r.every, r.codes = w, w.Codes(), nil
	}
	if r.codes == nil || len(r.codes) >= rememberMost {
		r.codes = map[belowAt]*codesBelow{}
	}
	out, ok := r.codes[at]
	if !ok {
		codes := below(w, division, day)
		out = &codesBelow{codes, runsOf(codes, r.every)}
		r.codes[at] = out
	}
	return out
}

// runsOf numbers the runs that codes are among every code; both ascend.
func runsOf(codes, every []string) []int32 {
	runs := make([]int32, len(codes))
	run := int32(0)
	for i, code := range codes {
		at, known := slices.BinarySearchFunc(every, code, strings.Compare)
		if i > 0 && !(known && at > 0 && every[at-1] == codes[i-1]) {
			run++
		}
		runs[i] = run
	}
	return runs
}

// apart is codes, ascending, each in a run of its own.
func apart(codes []string) *codesBelow {
	out := &codesBelow{codes, make([]int32, len(codes))}
	for i := range codes {
		out.runs[i] = int32(i)
	}
	return out
}

func (c *codesBelow) has(code string) bool {
	_, is := slices.BinarySearch(c.codes, code)
	return is
}

// from is the place of the first code that is not before another one.
func (c *codesBelow) from(code string) int {
	at, _ := slices.BinarySearch(c.codes, code)
	return at
}
