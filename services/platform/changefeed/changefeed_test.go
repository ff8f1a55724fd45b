package changefeed_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"
)

var sets = []migrate.Set{changefeed.Migrations()}

func fact(id string, version int64) changefeed.Fact {
	return changefeed.Fact{Kind: 21, ID: id, ResidentID: "R1", Version: version, Body: []byte{1, 2, 3}}
}

func add(t *testing.T, db *sqlstore.DB, facts ...changefeed.Fact) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *gorm.DB) error { return changefeed.Append(tx, facts...) }); err != nil {
		t.Fatal(err)
	}
}

func TestConcurrentWritersGetDensePositionsAndAPollingReaderLosesNothing(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		const writers, each = 16, 12
		undo := errors.New("rolled back on purpose")
		var committed sync.Map
		var total atomic.Int64
		writing, done := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				random := rand.New(rand.NewPCG(7, uint64(w)))
				for n := range each {
					rollback, size := random.IntN(4) == 0, 1+random.IntN(5)
					facts := make([]changefeed.Fact, size)
					for i := range facts {
						facts[i] = fact(fmt.Sprintf("%d-%d-%d", w, n, i), 1)
					}
					err := db.Write(t.Context(), func(tx *gorm.DB) error {
						if err := changefeed.Append(tx, facts...); err != nil {
							return err
						}
						if rollback {
							return undo
						}
						return nil
					})
					if rollback {
						if !errors.Is(err, undo) {
							t.Errorf("rolled back write: %v", err)
						}
						continue
					}
					if err != nil {
						t.Errorf("write: %v", err)
						continue
					}
					total.Add(int64(size))
					for _, f := range facts {
						committed.Store(f.ID, true)
					}
				}
			})
		}
		go func() { wg.Wait(); done() }()

		// The reader polls all the while; Read itself refuses a gap.
		at, seen := int64(0), map[string]bool{}
		for finished := false; ; {
			p, err := changefeed.Read(t.Context(), db, "", at, 50)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range p.Changes {
				if c.Position != at+1 {
					t.Fatalf("position %d follows %d", c.Position, at)
				}
				at = c.Position
				if seen[c.Fact.ID] {
					t.Fatalf("fact %s was read twice", c.Fact.ID)
				}
				seen[c.Fact.ID] = true
			}
			if len(p.Changes) == 0 && finished {
				break
			}
			finished = finished || writing.Err() != nil
		}
		if at != total.Load() || len(seen) != int(at) {
			t.Errorf("read %d changes up to position %d, committed %d", len(seen), at, total.Load())
		}
		committed.Range(func(id, _ any) bool {
			if !seen[id.(string)] {
				t.Errorf("lost the committed fact %s", id)
			}
			return true
		})
	})
}

func TestAFactIsReadAsItWasWritten(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		want := []changefeed.Fact{
			{Kind: 21, ID: "a", ResidentID: "R1", Version: 3, Body: []byte{0, 255, 0x80}},
			{Kind: 5, ID: "330681000000", Version: 1 << 40, Body: []byte{}},
			{Kind: 21, ID: "a", ResidentID: "R1", Version: 4, Deleted: true, Body: []byte{}},
		}
		gone := want[2]
		gone.Body = []byte{9} // what a withdrawn fact said is not kept
		add(t, db, want[0], want[1], gone)
		p, err := changefeed.Read(t.Context(), db, "", 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		var got []changefeed.Fact
		for _, c := range p.Changes {
			got = append(got, c.Fact)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAReaderWithTheWrongCursorIsRefused(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		for i := range 10 {
			add(t, db, fact(fmt.Sprint(i), 1))
		}
		head, err := changefeed.ReadHead(t.Context(), db)
		if err != nil || head.Position != 10 || len(head.Epoch) < 16 {
			t.Fatalf("head %+v, %v", head, err)
		}
		if err := changefeed.Trim(t.Context(), db, 4); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			epoch string
			after int64
			want  error
			n     int
		}{
			{"at the head there is nothing more", head.Epoch, 10, nil, 0},
			{"a reader without an epoch is accepted", "", 7, nil, 3},
			{"another epoch", "of-another-life", 7, changefeed.ErrEpoch, 0},
			{"another epoch comes before a position that is ahead", "of-another-life", 99, changefeed.ErrEpoch, 0},
			{"beyond the head", head.Epoch, 11, changefeed.ErrAhead, 0},
			{"before the beginning", head.Epoch, -1, changefeed.ErrAhead, 0},
			{"trimmed away", head.Epoch, 3, changefeed.ErrTrimmed, 0},
			{"just behind what was trimmed", head.Epoch, 4, nil, 6},
		} {
			t.Run(c.name, func(t *testing.T) {
				p, err := changefeed.Read(t.Context(), db, c.epoch, c.after, 0)
				if !errors.Is(err, c.want) || len(p.Changes) != c.n {
					t.Errorf("got %d changes, %v; want %d, %v", len(p.Changes), err, c.n, c.want)
				}
			})
		}
		t.Run("a renewed epoch refuses those who knew the old one", func(t *testing.T) {
			if _, err := changefeed.Renew(t.Context(), db); err != nil {
				t.Fatal(err)
			}
			if _, err := changefeed.Read(t.Context(), db, head.Epoch, 10, 0); !errors.Is(err, changefeed.ErrEpoch) {
				t.Errorf("got %v, want ErrEpoch", err)
			}
		})
		t.Run("a position is not used again after everything was trimmed", func(t *testing.T) {
			if err := changefeed.Trim(t.Context(), db, 10); err != nil {
				t.Fatal(err)
			}
			add(t, db, fact("after", 1))
			p, err := changefeed.Read(t.Context(), db, "", 10, 0)
			if err != nil || len(p.Changes) != 1 || p.Changes[0].Position != 11 {
				t.Errorf("got %+v, %v; want position 11", p.Changes, err)
			}
		})
		t.Run("trimming beyond the head is refused", func(t *testing.T) {
			if err := changefeed.Trim(t.Context(), db, 99); !errors.Is(err, changefeed.ErrAhead) {
				t.Errorf("got %v, want ErrAhead", err)
			}
		})
	})
}

func TestAnAppendHasLimits(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		appendAll := func(facts ...changefeed.Fact) error {
			return db.Write(t.Context(), func(tx *gorm.DB) error { return changefeed.Append(tx, facts...) })
		}
		many := make([]changefeed.Fact, changefeed.MaxAppend+1)
		for i := range many {
			many[i] = fact(fmt.Sprint(i), 1)
		}
		if err := appendAll(many...); !errors.Is(err, changefeed.ErrTooMany) {
			t.Errorf("5,001 facts: %v, want ErrTooMany", err)
		}
		if err := appendAll(); err != nil {
			t.Errorf("no facts: %v", err)
		}
		for name, f := range map[string]changefeed.Fact{
			"no kind": {ID: "a", Version: 1}, "no id": {Kind: 1, Version: 1}, "no version": {Kind: 1, ID: "a"},
			"a long id": {Kind: 1, ID: fmt.Sprintf("%065d", 1), Version: 1},
		} {
			if err := appendAll(f); err == nil {
				t.Errorf("%s was accepted", name)
			}
		}
		if err := appendAll(many[:changefeed.MaxAppend]...); err != nil {
			t.Errorf("5,000 facts: %v", err)
		}
		head, err := changefeed.ReadHead(t.Context(), db)
		if err != nil || head.Position != changefeed.MaxAppend {
			t.Errorf("head %d, %v; want only what was accepted", head.Position, err)
		}
	})
}

func TestAPageIsCutByItsBytes(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		var facts []changefeed.Fact
		for i := range 5 {
			f := fact(fmt.Sprint(i), 1)
			f.Body = make([]byte, 900<<10)
			facts = append(facts, f)
		}
		add(t, db, facts...)
		var n int
		for after := int64(0); after < 5; after += int64(n) {
			p, err := changefeed.Read(t.Context(), db, "", after, 0)
			if n = len(p.Changes); err != nil || n == 0 || n > 2 {
				t.Fatalf("after %d: %d changes, %v; want 1 or 2", after, n, err)
			}
		}
	})
}
