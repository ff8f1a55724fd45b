package ledger

import "sync"

// names numbers the divisions, so that cells are small keys. The writing side
// adds, several at once where bulks are taken, while readers look up.
type names struct {
	mu    sync.RWMutex
	ids   map[string]division
	codes []string
}

func newNames() names { return names{ids: map[string]division{}} }

func (n *names) find(code string) (division, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	id, ok := n.ids[code]
	return id, ok
}

func (n *names) id(code string) division {
	if id, ok := n.find(code); ok {
		return id
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if id, ok := n.ids[code]; ok { // another one that takes a bulk was faster
		return id
	}
	id := division(len(n.codes))
	n.ids[code] = id
	n.codes = append(n.codes, code)
	return id
}

func (n *names) code(id division) string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.codes[id]
}
