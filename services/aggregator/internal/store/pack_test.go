package store_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"xinju.dev/services/aggregator/internal/store"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// asBefore writes rows as they lay in the database before any was compressed.
func asBefore(list []store.MemberRow) (out []byte) {
	for _, m := range list {
		for _, part := range [][]byte{[]byte(m.Village), []byte(m.SortKey), m.Pieces} {
			out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
		}
	}
	return out
}

func TestMembersOfAResidentComeBack(t *testing.T) {
	rows := []store.MemberRow{
		{Village: "", ResidentID: "R", Pieces: []byte{1}},
		{Village: "V1", SortKey: "k\x00\xff", ResidentID: "R", Pieces: bytes.Repeat([]byte{2}, 300)},
		{Village: "unit:U", SortKey: "k", ResidentID: "R", Pieces: []byte{}},
	}
	raw := store.PackMembers(rows)
	if before := asBefore(rows); len(raw) > len(before)/2 {
		t.Errorf("%d bytes take %d", len(before), len(raw))
	}
	for _, raw := range [][]byte{raw, store.PackMembers(rows[:1]), asBefore(rows)} {
		for n := range raw {
			part, err := store.UnpackMembers("R", raw[:n])
			if err == nil && len(asBefore(part)) != n {
				t.Errorf("%d of %d bytes were read as %d rows", n, len(raw), len(part))
			}
		}
	}
}

func TestWhateverIsPackedIsUnpacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SliceOfN(rapid.Byte(), 0, 12)
		known := rapid.SliceOfN(part, 1, 4).Draw(t, "known") // parts that come again and again
		pieces := rapid.Custom(func(t *rapid.T) []byte {
			again := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(known), part), 0, 12).Draw(t, "parts")
			return bytes.Join(again, nil)
		})
		text := rapid.SampledFrom([]string{"", "990101108206", "unit:U-T11", "0fba027313e766c2", strings.Repeat("v", 128)}) // the last one's length begins with 0x80
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) store.MemberRow {
			return store.MemberRow{Village: text.Draw(t, "village"), SortKey: text.Draw(t, "key"), ResidentID: "R", Pieces: pieces.Draw(t, "pieces")}
		}), 0, 4).Draw(t, "rows")
		raw := store.PackMembers(rows)
		before := asBefore(rows)
		if len(raw) > len(before) {
			t.Fatalf("%d bytes take %d", len(before), len(raw))
		}
		for _, raw := range [][]byte{raw, before} {
			got, err := store.UnpackMembers("R", raw)
			if err != nil || len(got) != len(rows) {
				t.Fatalf("%d rows of %d: %v", len(got), len(rows), err)
			}
			if diff := cmp.Diff(asBefore(rows), asBefore(got)); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func TestMembersTooManyToCompressComeBack(t *testing.T) {
	rows := []store.MemberRow{{Village: "V", ResidentID: "R", Pieces: make([]byte, 3<<20)}}
	got, err := store.UnpackMembers("R", store.PackMembers(rows))
	if err != nil || !bytes.Equal(asBefore(rows), asBefore(got)) {
		t.Errorf("%d rows: %v", len(got), err)
	}
}

func TestARowThatClaimsMoreThanThereCanBeIsRefused(t *testing.T) {
	claims := append([]byte{0x80, 0x00}, binary.AppendUvarint(nil, 1<<26)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := store.UnpackMembers("R", append(claims, 0, 'x'))
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; err == nil || n > 1<<20 {
		t.Errorf("%d bytes were taken for it: %v", n, err)
	}
}

func FuzzUnpackMembers(f *testing.F) {
	rows := []store.MemberRow{
		{Village: "990101108206", SortKey: "0fba027313e766c2", Pieces: bytes.Repeat([]byte("\x13dose/01BCTEKJP2QWY13SE1MCTFZ6AT\x00"), 9)},
		{Village: "unit:U-T11", SortKey: "0fba027313e766c2", Pieces: []byte{1, 2, 3}},
	}
	f.Add(store.PackMembers(rows))
	f.Add(asBefore(rows))
	f.Add([]byte{0x80, 0x00})
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, err := store.UnpackMembers("R", bytes.Clone(raw))
		if err != nil {
			return
		}
		if size := len(asBefore(got)); size > max(1<<20, len(raw)) {
			t.Fatalf("%d bytes out of %d", size, len(raw))
		}
		again, err := store.UnpackMembers("R", store.PackMembers(got))
		if diff := cmp.Diff(asBefore(got), asBefore(again)); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
	})
}
