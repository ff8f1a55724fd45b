package ledger_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/platform/civil"

	"pgregory.net/rapid"
)

// limit is above all keys that pieces are drawn with.
const limit = ledger.Key(3)

// all is every number on every day, and the sums of every village.
func all(l *ledger.Ledger) (out []byte) {
	for _, code := range append(slices.Clone(villages), uppers...) {
		for _, r := range l.Rows(code, limit) {
			out = fmt.Appendf(out, "%s %d %x ", r.Code, r.Month, r.Cells)
		}
		out = fmt.Appendf(out, "%s %x\n", code, l.Sums(code))
	}
	return out
}

// drawMany draws pieces, some of which weigh much and many of which meet on a day.
func drawMany(t *rapid.T) (pieces []piece, weights []int32) {
	for range rapid.SampledFrom([]int{0, 1, 5, 40, 250}).Draw(t, "pieces") {
		pieces = append(pieces, drawPiece(t))
		weights = append(weights, rapid.SampledFrom([]int32{1, 1, 1, 1, 7, 8, 9, 32_767, 32_768, 70_000}).Draw(t, "weight"))
	}
	return pieces, weights
}

func weighed(p *piece, weight int32) ledger.Count {
	n := one(p.covered)
	return ledger.Count{Eligible: n.Eligible * weight, Covered: n.Covered * weight}
}

func TestBulksTakenAtOnceAndStoredSumsAreTheBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t)
		pieces, weights := drawMany(t)
		want, got := ledger.New(tree), ledger.New(tree)
		batch := want.Batch()
		bulks := []*ledger.Bulk{got.Bulk(), got.Bulk()}
		for i := range pieces {
			p := &pieces[i]
			as := weighed(p, weights[i])
			batch.Add(p.key, p.village, p.from, p.to, as)
			b := rapid.SampledFrom(bulks).Draw(t, "bulk")
			b.Village([]byte(p.village)).Add(p.key, p.from, p.to, as)
			if rapid.IntRange(0, 100).Draw(t, "early") == 71 { // small numbers are drawn often
				got.Take(b)
			}
		}
		want.Apply(batch)
		var both sync.WaitGroup
		for _, b := range bulks {
			both.Go(func() { got.Take(b) })
		}
		both.Wait()
		got.Hang(tree)
		if !bytes.Equal(all(want), all(got)) {
			t.Fatal("batch and bulks differ")
		}
		taken := ledger.New(nil)
		for _, v := range villages {
			if err := taken.TakeSums(v, limit, want.Sums(v)); err != nil {
				t.Fatal(err)
			}
		}
		taken.Hang(tree)
		if !bytes.Equal(all(want), all(taken)) {
			t.Fatal("batch and stored sums differ")
		}
	})
}

func TestDamagedSumsAreRefusedOrAreOtherSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := ledger.New(nil)
		b := l.Bulk()
		pieces, weights := drawMany(t)
		for i := range pieces {
			b.Village([]byte("v1")).Add(pieces[i].key, pieces[i].from, pieces[i].to, weighed(&pieces[i], weights[i]))
		}
		l.Take(b)
		raw := l.Sums("v1")
		if len(raw) == 0 {
			return
		}
		cut := raw[:rapid.IntRange(0, len(raw)-1).Draw(t, "cut")]
		at := rapid.IntRange(0, len(raw)-1).Draw(t, "at")
		other := bytes.Clone(raw)
		other[at] ^= rapid.Byte().Filter(func(b byte) bool { return b != 0 }).Draw(t, "flip")
		for _, damaged := range [][]byte{cut, other} {
			again := ledger.New(nil)
			if err := again.TakeSums("v1", limit, damaged); err == nil && bytes.Equal(again.Sums("v1"), raw) {
				t.Fatalf("damaged bytes were taken for the whole")
			} else if err != nil && again.Sums("v1") != nil {
				t.Fatalf("refused, and yet %d bytes of sums", len(again.Sums("v1")))
			}
		}
	})
}

func TestACorrectionMakesOneVillageThatOfAnotherLedger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tree := drawTree(t)
		l, right := ledger.New(tree), ledger.New(tree)
		wrong, b := l.Batch(), right.Batch()
		for range rapid.IntRange(0, 12).Draw(t, "pieces") {
			p := drawPiece(t)
			if p.village != "v1" || rapid.Bool().Draw(t, "wrong") {
				wrong.Add(p.key, p.village, p.from, p.to, one(p.covered))
			}
			if p.village != "v1" || rapid.Bool().Draw(t, "right") {
				b.Add(p.key, p.village, p.from, p.to, one(p.covered))
			}
		}
		l.Apply(wrong)
		right.Apply(b)
		same := bytes.Equal(l.Sums("v1"), right.Sums("v1"))
		correction, differ := l.Correction("v1", right)
		if differ == same {
			t.Fatalf("they differ: %v, but equal bytes: %v", differ, same)
		}
		l.Apply(correction)
		if !bytes.Equal(all(right), all(l)) {
			t.Fatal("right and corrected differ")
		}
	})
}

func BenchmarkHang(b *testing.B) {
	tree := hung{}
	l := ledger.New(tree)
	bulk := l.Bulk()
	for v := range 100 {
		code := []byte{'v', byte(v)}
		tree[string(code)] = []ledger.Span{{From: 1, To: civil.Forever, Above: []string{"t" + string(rune('a'+v/10)), "c", "p"}}}
		for i := range 40_000 {
			bulk.Village(code).Add(ledger.Key(i%40), first.AddDays(i*7%9000), first.AddDays(i*7%9000+500), one(i%2 == 0))
		}
	}
	l.Take(bulk)
	for b.Loop() {
		l.Hang(tree)
	}
}

func BenchmarkBulk(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 7))
	var codes [][]byte
	for v := range 160 {
		codes = append(codes, fmt.Appendf(nil, "99010110%04d", v))
	}
	type added struct {
		key      ledger.Key
		from, to civil.Date
		as       ledger.Count
	}
	residents := make([][]added, 20_000)
	for i := range residents {
		for range 27 {
			from := first.AddDays(rng.IntN(20*365) - 12*365)
			p := added{ledger.Key(rng.IntN(60) * 3), from, from.AddDays(1 + rng.IntN(800)), one(rng.IntN(2) == 0)}
			if rng.IntN(4) == 0 {
				p.to = civil.Forever
			}
			residents[i] = append(residents[i], p)
		}
	}
	for b.Loop() {
		l := ledger.New(nil)
		bulk := l.Bulk()
		for i := range 2 * len(residents) {
			v := bulk.Village(codes[i*7919%len(codes)])
			for _, p := range residents[i%len(residents)] {
				v.Add(p.key, p.from, p.to, p.as)
			}
			if bulk.Len() >= l.Most(1) {
				l.Take(bulk)
			}
		}
		l.Take(bulk)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(2*27*len(residents)), "ns/piece")
}
