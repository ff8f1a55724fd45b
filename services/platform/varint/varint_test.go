package varint_test

import (
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"

	"xinju.dev/services/platform/varint"
)

// TestWhatWasWrittenIsRead, and cut anywhere it is bad and reads as nothing more.
func TestWhatWasWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number, signed, text := rapid.Uint64().Draw(t, "number"), rapid.Int64().Draw(t, "signed"), rapid.String().Draw(t, "text")
		raw := binary.AppendVarint(binary.AppendUvarint(nil, number), signed)
		raw = append(binary.AppendUvarint(append(raw, 7), uint64(len(text))), text...)
		r := varint.Reader{Rest: raw}
		if n, s, b, got := r.Number(), r.Signed(), r.Byte(), r.Text(); n != number || s != signed || b != 7 || got != text || r.Bad || len(r.Rest) > 0 {
			t.Fatalf("%d, %d, %d, %q, %+v", n, s, b, got, r)
		}
		r = varint.Reader{Rest: raw[:rapid.IntRange(0, len(raw)-1).Draw(t, "cut")]}
		r.Number()
		r.Signed()
		r.Byte()
		if got := r.Text(); got != "" || !r.Bad || len(r.Rest) > 0 {
			t.Fatalf("cut: %q, %+v", got, r)
		}
		if r.Number() != 0 || r.Signed() != 0 || r.Byte() != 0 || r.Bytes(1) != nil || !r.Bad {
			t.Fatal("it goes on behind its end")
		}
	})
}

func TestADamagedLengthTakesNothing(t *testing.T) {
	for _, raw := range [][]byte{
		{5, 'a'}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 'a'}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 'a'},
	} {
		r := varint.Reader{Rest: raw}
		if got := r.Text(); got != "" || !r.Bad {
			t.Errorf("% x: %q", raw, got)
		}
	}
}

// Whoever appends to what was read must not write over what comes next.
func TestBytesCannotGrowIntoTheRest(t *testing.T) {
	r := varint.Reader{Rest: []byte{1, 2, 3}}
	if first := append(r.Bytes(1), 9); first[1] != 9 || r.Byte() != 2 {
		t.Error("it was written over")
	}
}
