package derive_test

import (
	"bytes"
	"testing"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/ledger"
	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/civil"

	"pgregory.net/rapid"
)

func TestARowIsCountedAsItsPiecesAre(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	d := derive.New(packs)
	var weighing []int // indicators whose events weigh
	for key := range int(d.Unplaced()) + 1 {
		if d.Lines(ledger.Key(key)) != ledger.Key(key) {
			weighing = append(weighing, key)
		}
	}
	keys := rapid.OneOf(rapid.IntRange(0, int(d.Unplaced())), rapid.SampledFrom(weighing))
	rapid.Check(t, func(t *rapid.T) {
		var pieces []derive.Piece
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			p := derive.Piece{
				Key:  ledger.Key(keys.Draw(t, "key")),
				From: civil.Date(rapid.IntRange(1, 900_000).Draw(t, "from")), To: civil.Forever, Covered: rapid.Bool().Draw(t, "covered"), Weight: int32(rapid.IntRange(1, 300).Draw(t, "weight")),
			}
			if rapid.Bool().Draw(t, "ends") {
				p.To = p.From + civil.Date(rapid.IntRange(1, 40_000).Draw(t, "days"))
			}
			if rapid.Bool().Draw(t, "event") {
				p.EventID, p.On = rapid.StringN(1, 200, 200).Draw(t, "id"), p.From
			}
			pieces = append(pieces, p)
		}
		one, all := ledger.New(nil), ledger.New(nil)
		batch, bulk := one.Batch(), all.Bulk()
		for i := range pieces {
			d.Count(&pieces[i], "V", batch.Add)
		}
		raw := derive.Encode(pieces)
		if err := d.AddTo(bulk.Village([]byte("V")), raw); err != nil {
			t.Fatal(err)
		}
		one.Apply(batch)
		all.Take(bulk)
		if !bytes.Equal(one.Sums("V"), all.Sums("V")) {
			t.Fatal("another sum")
		}
		cut := raw[:rapid.IntRange(0, len(raw)).Draw(t, "cut")]
		decoded := derive.Decode(cut, func(*derive.Piece) error { return nil })
		if err := d.AddTo(bulk.Village([]byte("V")), cut); (err == nil) != (decoded == nil) {
			t.Fatalf("counted: %v; decoded: %v", err, decoded)
		}
	})
}

func TestARowOfAnotherDerivationIsDamaged(t *testing.T) {
	packs, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	d := derive.New(packs)
	for _, p := range []derive.Piece{{Key: d.Keys(), From: 737000, To: civil.Forever}, {Key: 1 << 30, From: 737000, To: civil.Forever}} {
		if err := d.AddTo(ledger.New(nil).Bulk().Village([]byte("V")), derive.Encode([]derive.Piece{p})); err == nil {
			t.Errorf("key %d was counted", p.Key)
		}
	}
}

func FuzzAddTo(f *testing.F) {
	packs, err := policy.Default()
	if err != nil {
		f.Fatal(err)
	}
	d := derive.New(packs)
	f.Add(derive.Encode([]derive.Piece{{Key: 3, From: 737000, To: 737100, Covered: true, EventID: "C1", On: 737000}}))
	f.Add(derive.Encode([]derive.Piece{{From: civil.Forever + 9, To: civil.Forever + 99}}))
	f.Add([]byte{0x02, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(_ *testing.T, raw []byte) {
		l := ledger.New(nil)
		b := l.Bulk()
		_ = d.AddTo(b.Village([]byte("V")), raw) // must end and not panic
		l.Take(b)
	})
}
