package derived

import (
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
	codes map[belowAt][]string
}

type belowAt struct {
	division string
	day      civil.Date
}

// rememberMost bounds the results that are kept.
const rememberMost = 256

// below is the function of that name; the result must not be changed.
func (r *remembered) below(w *facts.World, division string, day civil.Date) []string {
	at := belowAt{division, day}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.world != w || len(r.codes) >= rememberMost {
		r.world, r.codes = w, map[belowAt][]string{}
	}
	codes, ok := r.codes[at]
	if !ok {
		codes = below(w, division, day)
		r.codes[at] = codes
	}
	return codes
}
