package derived

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"time"

	"xinju.dev/services/aggregator/internal/store"
)

// keptSums says which villages of a generation want storing for the next start. What
// is stored is a cache of what the members say, and exact as long as it is there: a
// page deletes, in its transaction, the rows of all villages whose numbers it
// changes, whoever wrote them. The one writer uses it.
type keptSums struct {
	stale map[string]time.Time // villages without a row, and when they changed last
	doubt []string             // taken over from rows, and not yet compared with the members
	taken bool                 // the figures of everybody, too

	stored, counted int // villages taken over from rows, and others
}

func newKept() *keptSums { return &keptSums{stale: map[string]time.Time{}} }

// lack notes the villages of a ledger that are not among those with a row.
func (k *keptSums) lack(villages []string, stored map[string]bool) {
	for _, v := range villages {
		if !stored[v] {
			k.stale[v] = time.Time{}
		}
	}
}

// StartedFrom is how many villages were taken over from stored sums when what serves
// was loaded, and how many were counted.
func (b *Book) StartedFrom() (stored, counted int) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.live.kept.stored, b.live.kept.counted
}

// changed notes what was committed.
func (k *keptSums) changed(villages []string) {
	now := time.Now()
	for _, v := range villages {
		k.stale[v] = now
	}
}

// keep stores what the next start need not count.
func (out *outcome) keep(t store.Tx, serves bool) error {
	if err := t.DeleteSums(out.before.generation, out.batch.Villages()); err != nil || !serves {
		return err
	}
	return out.after.keep(t, out.after.revision)
}

// keep stores, in the transaction that changes a generation, what the next start
// need not count: figures and digests of everybody, at a revision.
func (r *replica) keep(t store.Tx, revision int64) error {
	return t.PutSumOfAll(r.generation, sealed(r.generation, r.deriver.Derivation(), r.figures(revision)))
}

// figures writes down what a start counts of no single village.
func (r *replica) figures(revision int64) []byte {
	var out []byte
	for _, n := range []int64{revision, r.facts, r.residents, r.orphans} {
		out = binary.BigEndian.AppendUint64(out, uint64(n))
	}
	for _, s := range []sum{r.sums.facts, r.sums.members} {
		out = binary.BigEndian.AppendUint64(out, uint64(s.n))
		for _, limb := range s.limbs {
			out = binary.BigEndian.AppendUint64(out, limb)
		}
	}
	return out
}

var errKept = errors.New("what is stored for the start is damaged, or of another state")

// takeFigures reads what figures wrote at the revision that r has.
func (r *replica) takeFigures(raw []byte) error {
	numbers := make([]uint64, len(raw)/8)
	for i := range numbers {
		numbers[i] = binary.BigEndian.Uint64(raw[8*i:])
	}
	if len(numbers) != 4+2*5 || int64(numbers[0]) != r.revision {
		return errKept
	}
	r.facts, r.residents, r.orphans = int64(numbers[1]), int64(numbers[2]), int64(numbers[3])
	for i, s := range []*sum{&r.sums.facts, &r.sums.members} {
		part := numbers[4+5*i:]
		s.n = int64(part[0])
		copy(s.limbs[:], part[1:])
	}
	return nil
}

// sealed puts a checksum before a body, which also says what it belongs to; opened
// takes it off.
func sealed(generation int64, of string, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), checksum(generation, of, body)), body...)
}

func opened(generation int64, of string, raw []byte) ([]byte, error) {
	if len(raw) < 4 || binary.BigEndian.Uint32(raw) != checksum(generation, of, raw[4:]) {
		return nil, errKept
	}
	return raw[4:], nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(generation int64, of string, body []byte) uint32 {
	own := append(binary.BigEndian.AppendUint64(nil, uint64(generation)), of...)
	return crc32.Update(crc32.Checksum(own, castagnoli), castagnoli, body)
}
