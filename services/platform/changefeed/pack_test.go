package changefeed_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"
	"pgregory.net/rapid"
)

// anyFact draws from few residents, so that they repeat.
var anyFact = rapid.Custom(func(t *rapid.T) changefeed.Fact {
	f := changefeed.Fact{
		Kind:       rapid.Int32Range(1, 1<<31-1).Draw(t, "kind"),
		ID:         rapid.SampledFrom([]string{"a", "b", "R1", "甲", strings.Repeat("x", 64), "\x00"}).Draw(t, "id"),
		ResidentID: rapid.SampledFrom([]string{"", "R1", "R2", "a"}).Draw(t, "resident"),
		Version:    rapid.Int64Range(1, 1<<63-1).Draw(t, "version"),
		Deleted:    rapid.Bool().Draw(t, "deleted"),
	}
	if !f.Deleted {
		f.Body = rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "body")
		f.Recorded = civil.Date(rapid.Int32Range(0, int32(civil.Forever)).Draw(t, "recorded"))
	}
	return f
})

func TestAPackHoldsTheFactsThatWerePutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(anyFact, 1, 30).Draw(t, "facts")
		pack, n := changefeed.EncodePack(want)
		got, err := changefeed.DecodePack(pack, int64(n))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
		for _, wrong := range []int64{0, int64(n) - 1, int64(n) + 1, 1 << 40, -1} {
			if _, err := changefeed.DecodePack(pack, wrong); err == nil {
				t.Errorf("a pack of %d was read as one of %d", n, wrong)
			}
		}
	})
}

// oldPack holds two doses of R1, the second withdrawn, as version 1 wrote them.
const oldPack = "01" + "9f806572" + "a80102523101610103010203ad01016202"

func TestAPackFromBeforeDaysWereKeptIsStillRead(t *testing.T) {
	pack, err := hex.DecodeString(oldPack)
	if err != nil {
		t.Fatal(err)
	}
	want := []changefeed.Fact{fact("a", 1), {Kind: 21, ID: "b", ResidentID: "R1", Version: 2, Deleted: true}}
	got, err := changefeed.DecodePack(pack, 2)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestADayBeyondTheCalendarIsDamage(t *testing.T) {
	wrong := fact("a", 1)
	wrong.Recorded = civil.Forever + 1
	pack, _ := changefeed.EncodePack([]changefeed.Fact{wrong})
	if _, err := changefeed.DecodePack(pack, 1); !errors.Is(err, changefeed.ErrPack) {
		t.Errorf("got %v", err)
	}
}

func TestAPackIsBounded(t *testing.T) {
	large := fact("large", 1)
	large.Body = make([]byte, 1<<20)
	half := fact("half", 1)
	half.Body = make([]byte, 130<<10)
	small := make([]changefeed.Fact, 1001)
	for i := range small {
		small[i] = fact("small", 1)
	}
	for _, c := range []struct {
		name  string
		facts []changefeed.Fact
		want  int
	}{
		{"a thousand facts are enough", small, 1000},
		{"two of half the bytes are too many", []changefeed.Fact{half, half}, 1},
		{"a large one is alone", []changefeed.Fact{large, small[0]}, 1},
		{"a large one does not follow", []changefeed.Fact{small[0], large}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, n := changefeed.EncodePack(c.facts); n != c.want {
				t.Errorf("%d facts in the first pack, want %d", n, c.want)
			}
		})
	}
}

func TestADamagedPackIsAnErrorAndNeverASkip(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		add(t, db, fact("a", 1), fact("b", 1))
		add(t, db, fact("c", 1))
		add(t, db, fact("d", 1))
		good, _ := changefeed.EncodePack([]changefeed.Fact{fact("c", 1)})
		two, _ := changefeed.EncodePack([]changefeed.Fact{fact("c", 1), fact("c", 2)})
		flipped := append([]byte{}, good...)
		flipped[len(flipped)-1] ^= 1
		newer := append([]byte{9}, good[1:]...)
		for _, c := range []struct {
			name string
			set  string
			args []any
			want error
		}{
			{"empty", "pack = ?", []any{[]byte{}}, changefeed.ErrPack},
			{"cut short", "pack = ?", []any{good[:len(good)-1]}, changefeed.ErrPack},
			{"one bit wrong", "pack = ?", []any{flipped}, changefeed.ErrPack},
			{"of a newer build", "pack = ?", []any{newer}, changefeed.ErrPack},
			{"more facts than positions", "pack = ?", []any{two}, changefeed.ErrPack},
			{"more positions than facts", "first_position = 2", nil, changefeed.ErrPack},
			{"of positions that were read", "first_position = 2, pack = ?", []any{two}, changefeed.ErrGap},
			{"behind a gap", "first_position = 4, last_position = 5, pack = ?", []any{two}, changefeed.ErrGap},
			{"no positions", "first_position = 4", nil, changefeed.ErrPack},
		} {
			t.Run(c.name, func(t *testing.T) {
				undo := errors.New("undone")
				err := db.Write(t.Context(), func(tx *gorm.DB) error {
					if err := sqlstore.Exec(tx, "UPDATE feed_change SET last_position = 9 WHERE last_position = 4"); err != nil {
						return err
					}
					if err := sqlstore.Exec(tx, "UPDATE feed_head SET head = 9 WHERE id = 1"); err != nil {
						return err
					}
					if err := sqlstore.Exec(tx, "UPDATE feed_change SET "+c.set+" WHERE last_position = 3", c.args...); err != nil {
						return err
					}
					if _, err := changefeed.ReadIn(tx, 0, 3); !errors.Is(err, c.want) {
						t.Errorf("got %v, want %v", err, c.want)
					}
					return undo
				})
				if !errors.Is(err, undo) {
					t.Fatal(err)
				}
			})
		}
	})
}

func TestWhatTheHeadSaysAndNobodyHasIsAGap(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		for i := range 3 {
			add(t, db, fact("a", int64(i)+1))
		}
		for _, missing := range []int64{1, 2, 3} {
			undo := errors.New("undone")
			err := db.Write(t.Context(), func(tx *gorm.DB) error {
				if err := sqlstore.Exec(tx, "DELETE FROM feed_change WHERE last_position = ?", missing); err != nil {
					return err
				}
				if _, err := changefeed.ReadIn(tx, 0, 10); !errors.Is(err, changefeed.ErrGap) {
					t.Errorf("position %d is missing: %v, want a gap", missing, err)
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
		}
	})
}

func FuzzDecodePack(f *testing.F) {
	for _, facts := range [][]changefeed.Fact{
		{fact("a", 1)},
		{{Kind: 5, ID: "R1", ResidentID: "R1", Version: 1}, {Kind: 5, ID: "R1", ResidentID: "R1", Version: 2, Deleted: true}},
	} {
		pack, n := changefeed.EncodePack(facts)
		f.Add(pack[5:], int64(n))
	}
	f.Fuzz(func(t *testing.T, body []byte, n int64) {
		pack := changefeed.Checked(body) // or nothing would get past the checksum
		facts, err := changefeed.DecodePack(pack, n)
		if err != nil {
			if !errors.Is(err, changefeed.ErrPack) {
				t.Fatal(err)
			}
			return
		}
		again, took := changefeed.EncodePack(facts)
		back, err := changefeed.DecodePack(again, int64(took))
		if err != nil || !cmp.Equal(facts[:took], back, cmpopts.EquateEmpty()) {
			t.Fatalf("%v: %v is written as %v", err, facts, back)
		}
	})
}
