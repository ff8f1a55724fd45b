package feedfacts_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"xinju.dev/services/aggregator/internal/facts"
	"xinju.dev/services/aggregator/internal/feedfacts"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ids"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"
)

func dose(id string, version int64, ymd int32) *feedv1.Fact {
	return &feedv1.Fact{
		Kind: feedv1.FactKind_FACT_KIND_DOSE, FactId: id, ResidentId: "R1", Version: version,
		Body: &feedv1.Fact_Dose{Dose: &feedv1.DoseFact{OnYmd: ymd, Product: "DTaP"}},
	}
}

func entry(t *testing.T, f *feedv1.Fact) feedfacts.Entry {
	t.Helper()
	got, err := feedfacts.FactOf(f)
	if err != nil {
		t.Fatal(err)
	}
	return got.Entry
}

func TestVersions(t *testing.T) {
	gone := &feedv1.Fact{Kind: feedv1.FactKind_FACT_KIND_DOSE, FactId: "D1", ResidentId: "R1", Version: 3, Deleted: true}
	for name, c := range map[string]struct {
		facts []*feedv1.Fact
		want  []facts.Dose
	}{
		"a later version replaces":                  {[]*feedv1.Fact{dose("D1", 1, 20250101), dose("D1", 2, 20250202)}, []facts.Dose{{Key: facts.Key{ID: "D1", Version: 2}, On: civil.Must("2025-02-02"), Product: "DTaP"}}},
		"an older version is ignored":               {[]*feedv1.Fact{dose("D1", 2, 20250202), dose("D1", 1, 20250101)}, []facts.Dose{{Key: facts.Key{ID: "D1", Version: 2}, On: civil.Must("2025-02-02"), Product: "DTaP"}}},
		"a deleted fact is gone":                    {[]*feedv1.Fact{dose("D1", 2, 20250202), gone}, nil},
		"an older version does not bring it back":   {[]*feedv1.Fact{gone, dose("D1", 2, 20250202)}, nil},
		"a later version does":                      {[]*feedv1.Fact{gone, dose("D1", 4, 20250303)}, []facts.Dose{{Key: facts.Key{ID: "D1", Version: 4}, On: civil.Must("2025-03-03"), Product: "DTaP"}}},
		"a day that is none counts as not recorded": {[]*feedv1.Fact{dose("D1", 1, 20250230)}, []facts.Dose{{Key: facts.Key{ID: "D1", Version: 1}, Product: "DTaP"}}},
	} {
		t.Run(name, func(t *testing.T) {
			var set feedfacts.Set
			for _, f := range c.facts {
				set.Put(entry(t, f))
			}
			stored, err := feedfacts.Decode(set.Encode())
			if err != nil {
				t.Fatal(err)
			}
			r, err := stored.Resident("R1")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, r.Doses); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRefusedFacts(t *testing.T) {
	other := dose("D1", 1, 20250101)
	other.Kind = feedv1.FactKind_FACT_KIND_EDUCATION
	division := &feedv1.Fact{Kind: feedv1.FactKind_FACT_KIND_DIVISION, FactId: "V", ResidentId: "R1", Version: 1, Body: &feedv1.Fact_Division{Division: &feedv1.DivisionFact{}}}
	nobody := dose("D1", 1, 20250101)
	nobody.ResidentId = ""
	for name, f := range map[string]*feedv1.Fact{
		"without identifier":         dose("", 1, 20250101),
		"without version":            dose("D1", 0, 20250101),
		"without body":               {Kind: feedv1.FactKind_FACT_KIND_DOSE, FactId: "D1", ResidentId: "R1", Version: 1},
		"with another kind's body":   other,
		"about nobody":               nobody,
		"a division with a resident": division,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := feedfacts.FactOf(f); !errors.Is(err, feedfacts.ErrFact) {
				t.Errorf("err = %v", err)
			}
		})
	}
}

func TestAKindOfALaterBuildIsKept(t *testing.T) {
	body := []byte("whatever it says")
	raw := protowire.AppendTag(nil, 109, protowire.BytesType)
	raw = protowire.AppendBytes(raw, body)
	f := &feedv1.Fact{Kind: 99, FactId: "X", ResidentId: "R1", Version: 1}
	if err := (proto.UnmarshalOptions{Merge: true}).Unmarshal(raw, f); err != nil {
		t.Fatal(err)
	}
	if got := entry(t, f); !bytes.Equal(got.Body, body) {
		t.Errorf("kept %q", got.Body)
	}
}

func TestEncodingIsCanonicalAndComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var entries []feedfacts.Entry
		for i := range rapid.IntRange(0, 12).Draw(t, "facts") {
			e := feedfacts.Entry{
				Kind: feedv1.FactKind(rapid.IntRange(1, 60).Draw(t, "kind")), Version: rapid.Int64Range(1, 1<<40).Draw(t, "version"),
				ID: rapid.StringN(1, -1, 64).Draw(t, "id"), Deleted: rapid.Bool().Draw(t, "deleted"),
			}
			if rapid.Bool().Draw(t, "made by us") {
				e.ID = ids.New(time.UnixMilli(int64(i) << 40))
			}
			if !e.Deleted {
				e.Body = rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "body")
			}
			entries = append(entries, e)
		}
		var one, two feedfacts.Set
		for i := range entries {
			one.Put(entries[i])
		}
		for _, i := range rapid.Permutation(indexes(len(entries))).Draw(t, "order") {
			two.Put(entries[i])
		}
		if len(one) == len(entries) && !bytes.Equal(one.Encode(), two.Encode()) {
			t.Fatal("another order gives other bytes")
		}
		back, err := feedfacts.Decode(one.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(back.Encode(), one.Encode()) || len(back) != len(one) {
			t.Fatal("what comes back is not what went in")
		}
		if tally, err := feedfacts.TallyOf(one.Encode()); err != nil || tally != one.Tally() || tally.Live != one.Live() || tally.Links != one.Links() || tally.Known != one.Known() {
			t.Fatalf("%+v were counted, %v", tally, err)
		}
		for i := range one {
			if back[i].ID != one[i].ID || back[i].Version != one[i].Version || !bytes.Equal(back[i].Body, one[i].Body) {
				t.Fatalf("fact %d came back as %v", i, back[i])
			}
		}
	})
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func FuzzDecode(f *testing.F) {
	var set feedfacts.Set
	set.Put(feedfacts.Entry{Kind: 21, ID: "D1", Version: 3, Body: []byte("x")})
	f.Add(set.Encode())
	f.Add([]byte{2, 0, 1})
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := feedfacts.Decode(raw)
		tally, damaged := feedfacts.TallyOf(raw)
		if (err == nil) != (damaged == nil) || err == nil && tally != got.Tally() {
			t.Fatalf("decoded %v, counted %v", err, damaged)
		}
		if err == nil {
			_, _ = got.Resident("R1") // must not panic
		}
	})
}
