package derived_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"pgregory.net/rapid"
)

const tiesPack = `
id: national
version: 1
name: {zh: 家属, en: Families}
records: [{code: SCR, name: {zh: 筛查, en: screening}, value: {zh: 无, en: none}}]
indicators:
  - id: FAM01
    name: {zh: 有同住家属, en: With family in the county}
    kind: stock
    eligible: {present: {}}
    covered: {related: {as: [permit_family, spouse, child, mother, father, guardian], together: county, other: {sex: {is: female}}}}
`

func tiesPacks(t tester) *policy.Catalogue {
	t.Helper()
	c, err := policy.Load(fstest.MapFS{"national.yaml": {Data: []byte(tiesPack)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func openWith(t tester, db *sqlstore.DB, packs *policy.Catalogue) *derived.Book {
	t.Helper()
	metrics, err := derived.NewMetrics(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := derived.New(derived.Deps{Store: folding(db), Packs: packs, Sources: sourceNames, Now: now, Log: zap.NewNop(), Metrics: metrics})
	if err := b.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// families writes relations and mothers among the residents, changed and taken
// back, in between everything else.
func (c *county) families() {
	registry := c.feeds["registry"]
	for range 3 * len(c.people) {
		id, other := pick(c, c.people), pick(c, c.people)
		switch c.rng.IntN(6) {
		case 0:
			registry.write(fact(feedv1.FactKind_FACT_KIND_PERSON, "person of "+id, id, &feedv1.Fact{Body: &feedv1.Fact_Person{Person: &feedv1.PersonFact{
				BirthYmd: 20150101, Sex: int32(1 + c.rng.IntN(2)), MotherId: other,
			}}}))
		case 1:
			registry.write(stayFact("S of "+id, id, pick(c, c.villages), "k"))
		case 2:
			registry.write(c.link(id, pick(c, []string{other, ""})).fact)
		case 3:
			c.feeds["archive"].write(fact(feedv1.FactKind_FACT_KIND_RECORD, c.id("Z"), id, &feedv1.Fact{Body: &feedv1.Fact_Record{Record: &feedv1.RecordFact{
				Code: pick(c, []string{"SCR", "SURVEY", "AWARD"}), OnYmd: 20200101,
			}}}))
		default:
			fid := fmt.Sprint("T", c.rng.IntN(2*len(c.people)))
			f := &feedv1.Fact{Body: &feedv1.Fact_Relation{Relation: &feedv1.RelationFact{Kind: int32(1 + c.rng.IntN(6)), OtherId: other}}}
			if c.chance(20) {
				f = &feedv1.Fact{Deleted: true}
			}
			owner, ok := c.owners[fid]
			if !ok {
				owner = id
				c.owners[fid] = id
			}
			registry.write(fact(feedv1.FactKind_FACT_KIND_RELATION, fid, owner, f))
		}
	}
}

// othersOf says by looking at every resident whom a resident is tied to; truth
// names everybody by the identifier that stands for them.
func othersOf(t tester, c *county) map[string][]string {
	t.Helper()
	want := truth(t, c)
	known := map[string]bool{}
	for _, r := range want.residents {
		known[r.ID] = true
	}
	out := map[string][]string{}
	tie := func(a, b string) {
		if a != b && known[a] && known[b] {
			out[a], out[b] = append(out[a], b), append(out[b], a)
		}
	}
	for _, r := range want.residents {
		if r.Person.MotherID != "" {
			tie(r.ID, r.Person.MotherID)
		}
		for _, x := range r.Relations {
			if x.OtherID != "" {
				tie(r.ID, x.OtherID)
			}
		}
	}
	for id := range out {
		slices.Sort(out[id])
		out[id] = slices.Compact(out[id])
	}
	return out
}

func othersAreThere(t tester, b *derived.Book, c *county) {
	t.Helper()
	want := othersOf(t, c)
	for _, r := range truth(t, c).residents {
		who, _, err := b.Resident(t.Context(), r.ID, func(coverage.View) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, o := range who.Others {
			got = append(got, o.ID)
			if !o.Known() || len(o.Doses)+len(o.Archives)+len(o.Educations) > 0 {
				t.Fatalf("%s sees of %s what is none of its business", r.ID, o.ID)
			}
		}
		if diff := cmp.Diff(want[r.ID], got); diff != "" {
			t.Fatalf("tied to %s: %s", r.ID, diff)
		}
		for _, x := range who.Relations {
			if known := slices.Contains(want[r.ID], x.OtherID); !known && who.Other(x.OtherID) != nil {
				t.Fatalf("%s names %s by an identifier that stands for somebody else", r.ID, x.OtherID)
			}
		}
	}
}

func seenCodes(t tester, b *derived.Book) (out []string) {
	t.Helper()
	err := b.Look(func(v coverage.View) error {
		for _, code := range []string{"AWARD", "SCR", "SURVEY", "NEVER"} {
			if v.Seen(code) {
				out = append(out, code)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// oneFamilyHistory: whom somebody is tied to, what is derived of it and which
// codes were seen are the same by increments in any pages, after a restart and
// rebuilt.
func oneFamilyHistory(t tester, db, beside *sqlstore.DB, seed uint64, residents int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 1))
	c := newCounty(seed)
	c.live(residents)
	c.families()
	b := openWith(t, db, tiesPacks(t))
	for _, s := range sourceNames {
		f := c.feeds[s]
		for at := 0; at < len(f.changes); {
			end := min(len(f.changes), at+1+rng.IntN(25))
			if err := b.ApplyChanges(t.Context(), s, f.epoch, f.changes[at:end]); err != nil {
				t.Fatal(err)
			}
			if at = end; rng.IntN(10) == 0 {
				b = openWith(t, db, tiesPacks(t))
			}
		}
	}
	othersAreThere(t, b, c)
	kept, codes := figures(t, b), seenCodes(t, b)
	if again := openWith(t, db, tiesPacks(t)); figures(t, again) != kept || !slices.Equal(seenCodes(t, again), codes) {
		t.Fatalf("after a restart %+v %v, before %+v %v", figures(t, again), seenCodes(t, again), kept, codes)
	}
	whole := openWith(t, beside, tiesPacks(t))
	for i := range sourceNames {
		s := sourceNames[len(sourceNames)-1-i]
		if err := whole.ApplyChanges(t.Context(), s, c.feeds[s].epoch, c.feeds[s].changes); err != nil {
			t.Fatal(err)
		}
	}
	if figures(t, whole) != kept {
		t.Fatalf("in whole pages %+v, before %+v", figures(t, whole), kept)
	}
	if op := rebuild(t, b, feedsOf(c)); op.State != 3 || figures(t, b) != kept || !slices.Equal(seenCodes(t, b), codes) {
		t.Fatalf("rebuilt in %d: %+v %v, by increments %+v %v", op.State, figures(t, b), seenCodes(t, b), kept, codes)
	}
	othersAreThere(t, b, c)
}

func TestTiesByIncrementsAreThoseOfARebuildAndOfEveryFact(t *testing.T) {
	testkit.Fewer(t)
	rapid.Check(t, func(rt *rapid.T) {
		oneFamilyHistory(rt, testkit.SQLite(t, sets...), testkit.SQLite(t, sets...), rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(2, 9).Draw(rt, "residents"))
	})
}

func TestTiesOnBothEngines(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		oneFamilyHistory(t, db, testkit.SQLite(t, sets...), 7, 25)
	})
}

// TestACodeIsNeverForgotten: not by the deletion of its record, a restart or a rebuild.
func TestACodeIsNeverForgotten(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		c := settled(61, "R1")
		record := func(f *feedv1.Fact) { c.feeds["archive"].write(fact(feedv1.FactKind_FACT_KIND_RECORD, "Z1", "R1", f)) }
		record(&feedv1.Fact{Body: &feedv1.Fact_Record{Record: &feedv1.RecordFact{Code: "SCR", OnYmd: 20200101}}})
		b := open(t, db)
		catchUp(t, b, c, sourceNames...)
		record(&feedv1.Fact{Deleted: true})
		catchUp(t, b, c, sourceNames...)
		is := func(when string) {
			t.Helper()
			if got := fmt.Sprint(seenCodes(t, b)); got != "[SCR]" {
				t.Errorf("%s: %s", when, got)
			}
		}
		is("deleted")
		b = open(t, db)
		is("after a restart")
		if op := rebuild(t, b, feedsOf(c)); op.State != 3 {
			t.Fatal(op.FailureText)
		}
		is("rebuilt")
		b = open(t, db)
		is("rebuilt and restarted")
	})
}

// TestARelationIsSeenFromBothSides, also through a merge of either.
func TestARelationIsSeenFromBothSides(t *testing.T) {
	c := settled(62, "R1", "R2", "R3")
	b := open(t, testkit.SQLite(t, sets...))
	c.feeds["registry"].write(fact(feedv1.FactKind_FACT_KIND_RELATION, "T1", "R1", &feedv1.Fact{Body: &feedv1.Fact_Relation{Relation: &feedv1.RelationFact{
		Kind: 5, OtherId: "R3",
	}}}))
	others := func(id string) string {
		t.Helper()
		catchUp(t, b, c, sourceNames...)
		who, _, err := b.Resident(t.Context(), id, func(coverage.View) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, o := range who.Others {
			out = append(out, o.ID)
			for _, x := range o.Relations {
				out = append(out, ">"+x.OtherID)
			}
		}
		for _, x := range who.Relations {
			out = append(out, "self>"+x.OtherID)
		}
		return fmt.Sprint(out)
	}
	if got := others("R1"); got != "[self>R3]" {
		t.Errorf("nothing is known of the other: %s", got)
	}
	c.merge("R3", "R2") // R3 is R2
	if got := others("R1"); got != "[R2 self>R2]" {
		t.Errorf("R1 sees %s", got)
	}
	if got := others("R2"); got != "[R1 >R2]" {
		t.Errorf("R2 sees %s", got)
	}
}
