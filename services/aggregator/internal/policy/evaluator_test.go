package policy

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/timeline"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/testkit"
)

// fixed is a leaf that holds on given days, computed into the arena as real ones are.
type fixed struct{ set timeline.Set }

func (p *fixed) days(e *evaluator) timeline.Set {
	begin := len(e.arena)
	return e.keep(begin, append(e.arena, p.set...))
}
func (*fixed) text() Text  { return Text{} }
func (*fixed) check() Text { return Text{} }

// trees draws a tree of all, any, not over fixed leaves, with shared subtrees.
type trees struct {
	t     *rapid.T
	nodes []*node
}

func (g *trees) add(n *node) *node {
	n.id = len(g.nodes)
	g.nodes = append(g.nodes, n)
	return n
}

func (g *trees) tree(depth int) *node {
	if len(g.nodes) > 0 && rapid.IntRange(0, 4).Draw(g.t, "share") == 0 {
		return rapid.SampledFrom(g.nodes).Draw(g.t, "shared")
	}
	kind := "leaf"
	if depth > 0 {
		kind = rapid.SampledFrom([]string{"all", "any", "not", "use", "leaf"}).Draw(g.t, "kind")
	}
	switch kind {
	case "leaf":
		var spans []timeline.Span
		for range rapid.IntRange(0, 3).Draw(g.t, "spans") {
			spans = append(spans, timeline.Span{From: civil.Date(rapid.IntRange(1, 40).Draw(g.t, "from")), To: civil.Date(rapid.IntRange(1, 40).Draw(g.t, "to"))})
		}
		days := timeline.Of(nil, spans...)
		return g.add(&node{name: kind, form: fmt.Sprint(days), pred: &fixed{days}})
	case "not", "use":
		k := g.tree(depth - 1)
		return g.add(&node{name: kind, kids: []*node{k}})
	}
	var kids []*node
	for range rapid.IntRange(1, 4).Draw(g.t, "kids") {
		kids = append(kids, g.tree(depth-1))
	}
	return g.add(&node{name: kind, kids: kids})
}

// holds reads a tree on one day, leaf by leaf.
func holds(n *node, day civil.Date) bool {
	switch n.name {
	case "all":
		for _, k := range n.kids {
			if !holds(k, day) {
				return false
			}
		}
		return true
	case "any":
		for _, k := range n.kids {
			if holds(k, day) {
				return true
			}
		}
		return false
	case "not":
		return !holds(n.kids[0], day)
	case "use":
		return holds(n.kids[0], day)
	}
	for _, v := range n.pred.(*fixed).set {
		if v.From <= day && day < v.To {
			return true
		}
	}
	return false
}

func TestTreesHoldOnTheDaysOnWhichTheirPartsSaySo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &trees{t: t}
		root := g.tree(4)
		p := &program{nodes: g.nodes}
		p.share(map[string]int{})
		e := newEvaluator(&facts.Resident{}, brute.World(), p)
		defer e.free()
		e.days(root)
		for _, n := range g.nodes { // shared results must have stayed what they were
			set := e.days(n)
			for day := civil.Date(1); day <= 45; day++ {
				if set.Contains(day) != holds(n, day) {
					t.Fatalf("node %d (%s) on %d: %v", n.id, n.name, day, set)
				}
			}
		}
	})
}

func TestPiecesDoNotDependOnTheOrderOfTheFacts(t *testing.T) {
	c, w := builtIn(t), brute.World()
	for seed := range uint64(testkit.Histories(200, 10)) {
		r := brute.Invent(seed + 3_000_000)
		before := piecesOf(c, r, w)
		r.Normalize()
		after := piecesOf(c, r, w)
		for key, pieces := range before {
			if !samePieces(pieces, after[key]) {
				t.Fatalf("seed %d, %s: %v, sorted %v", seed, key, pieces, after[key])
			}
		}
	}
}

func samePieces(a, b []Piece) bool {
	count := map[Piece]int{}
	for _, x := range a {
		count[x]++
	}
	for _, x := range b {
		count[x]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestPiecesOfAStockIndicatorAreInOrderAndLeaveNothingToJoin(t *testing.T) {
	c, w := builtIn(t), brute.World()
	for seed := range uint64(testkit.Histories(300, 10)) {
		r := brute.Invent(seed + 4_000_000)
		for _, p := range c.Packs() {
			var last Piece
			for i, x := range p.Pieces(r, w, nil) {
				if x.From >= x.To || x.Village == "" && x.EventID == "" {
					t.Fatalf("seed %d: empty piece %+v", seed, x)
				}
				same := i > 0 && last.Indicator == x.Indicator && x.EventID == ""
				if same && (x.From < last.To || x.From == last.To && x.Village == last.Village && x.Covered == last.Covered) {
					t.Fatalf("seed %d: %+v after %+v", seed, x, last)
				}
				if i > 0 && x.Indicator < last.Indicator {
					t.Fatalf("seed %d: indicators out of order", seed)
				}
				last = x
			}
		}
	}
}

func TestOnePackServesManyAtOnce(t *testing.T) {
	c, w := builtIn(t), brute.World()
	var residents []*facts.Resident
	var want []counted
	for seed := range uint64(60) {
		residents = append(residents, brute.Invent(seed+5_000_000))
		want = append(want, piecesOf(c, residents[seed], w))
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for i, r := range residents {
				for key, pieces := range piecesOf(c, r, w) {
					if !slices.Equal(pieces, want[i][key]) {
						t.Errorf("resident %d, %s: %v", i, key, pieces)
					}
				}
			}
		})
	}
	group.Wait()
}
