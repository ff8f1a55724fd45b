package derived

import "xinju.dev/services/aggregator/internal/feedfacts"

// noted is what pages changed while another generation is made of the stored
// facts: only who, since the facts themselves are in the store.
type noted struct {
	residents map[string]struct{}
	world     bool
}

func newNoted() *noted { return &noted{residents: map[string]struct{}{}} }

func (n *noted) take(list []feedfacts.Fact) {
	for i := range list {
		if id := list[i].ResidentID; id != "" {
			n.residents[id] = struct{}{}
		} else {
			n.world = true
		}
	}
}
