package feedfacts

import (
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/varint"
)

// Tally is what a count of everybody needs of one identifier's facts.
type Tally struct {
	Live  int  // facts that hold
	Links int  // of these, what says where facts count
	Gone  int  // tombstones
	Known bool // whether the fact about the person holds
}

// About is the number of facts that hold and are about somebody's life.
func (t *Tally) About() int64 { return int64(t.Live - t.Links) }

// Tally counts facts.
func (s Set) Tally() (t Tally) {
	for i := range s {
		t.add(s[i].Kind, s[i].Deleted)
	}
	return t
}

// TallyOf counts what Encode wrote, of which it reads no more than it needs to.
func TallyOf(raw []byte) (t Tally, err error) {
	for r := (varint.Reader{Rest: raw}); len(r.Rest) > 0; {
		head := r.Number()
		n := r.Number()
		if n == 0 {
			n = packedID
		}
		r.Bytes(n)
		r.Number() // version
		if head&1 == 0 {
			r.Number() // day
			r.Bytes(r.Number())
		}
		if r.Bad {
			return Tally{}, errDamaged
		}
		t.add(feedv1.FactKind(head>>1), head&1 == 1)
	}
	return t, nil
}

func (t *Tally) add(kind feedv1.FactKind, deleted bool) {
	if deleted {
		t.Gone++
		return
	}
	t.Live++
	switch kind {
	case feedv1.FactKind_FACT_KIND_PERSON:
		t.Known = true
	case feedv1.FactKind_FACT_KIND_LINK:
		t.Links++
	}
}
