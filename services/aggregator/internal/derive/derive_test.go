package derive_test

import (
	"testing"

	"xinju.dev/services/aggregator/internal/brute"
	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func decoded(t *rapid.T, raw []byte) (out []derive.Piece) {
	if err := derive.Decode(raw, func(p *derive.Piece) error { out = append(out, *p); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPiecesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pieces []derive.Piece
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			p := derive.Piece{
				Key:  ledger.Key(rapid.IntRange(0, 300).Draw(t, "key")),
				From: civil.Date(rapid.IntRange(1, 900_000).Draw(t, "from")), To: civil.Forever, Covered: rapid.Bool().Draw(t, "covered"), Weight: int32(rapid.IntRange(1, 300).Draw(t, "weight")),
			}
			if rapid.Bool().Draw(t, "ends") {
				p.To = p.From + civil.Date(rapid.IntRange(1, 40_000).Draw(t, "days"))
			}
			if rapid.Bool().Draw(t, "event") {
				p.EventID = rapid.StringN(1, 30, 64).Draw(t, "id")
				p.On = p.From - civil.Date(rapid.IntRange(0, int(p.From)-1).Draw(t, "before"))
			}
			pieces = append(pieces, p)
		}
		if diff := cmp.Diff(pieces, decoded(t, derive.Encode(pieces))); diff != "" {
			t.Error(diff)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(derive.Encode([]derive.Piece{{Key: 3, From: 737000, To: 737100, Covered: true, EventID: "C1", On: 737000}}))
	f.Add([]byte{0xff})
	f.Fuzz(func(_ *testing.T, raw []byte) {
		_ = derive.Decode(raw, func(*derive.Piece) error { return nil }) // must end and not panic
	})
}

// The order in which facts arrived does not matter, villages
// ascend, and of one resident a stock indicator counts at most once a day.
func TestRowsAreCanonical(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	d := derive.New(packs)
	world := brute.World()
	rapid.Check(t, func(t *rapid.T) {
		r := brute.Invent(rapid.Uint64().Draw(t, "seed"))
		rows := d.Rows(r, world)
		r.Normalize()
		if diff := cmp.Diff(d.Rows(r, world), rows); diff != "" {
			t.Fatalf("another order of facts: %s", diff)
		}
		for i := range rows {
			if i > 0 && rows[i].Village <= rows[i-1].Village || len(rows[i].Pieces) == 0 {
				t.Fatalf("row %d out of order, twice or empty", i)
			}
		}
		day := civil.Must("2015-01-01") + civil.Date(rapid.IntRange(0, 4000).Draw(t, "day"))
		seen := map[ledger.Key]int{}
		for _, row := range rows {
			for _, p := range row.Pieces {
				if p.EventID == "" && p.Holds(day) {
					if seen[p.Key]++; seen[p.Key] > 1 {
						t.Fatalf("indicator %d counts twice on %v", p.Key, day)
					}
				}
			}
		}
	})
}
