package changefeed_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	"gorm.io/gorm"
	"pgregory.net/rapid"
)

// model is what a feed is: facts one after the other, of which the first are
// forgotten. The database goes on from one run to the next; base is where.
type model struct {
	db      *sqlstore.DB
	facts   []changefeed.Fact
	base    int64
	trimmed int64
	version int64
}

func (m *model) head() int64 { return m.base + int64(len(m.facts)) }

// TestAnyAppendsReadsAndTrimsAreThoseOfAPlainList compares with the model.
func TestAnyAppendsReadsAndTrimsAreThoseOfAPlainList(t *testing.T) {
	testkit.EachEngine(t, sets, func(t *testing.T, db *sqlstore.DB) {
		ctx := t.Context()
		rapid.Check(t, func(t *rapid.T) {
			h, err := changefeed.ReadHead(ctx, db)
			if err != nil {
				t.Fatal(err)
			}
			if err := changefeed.Trim(ctx, db, h.Position); err != nil {
				t.Fatal(err)
			}
			m := &model{db: db, base: h.Position, trimmed: h.Position}
			write := func(facts []changefeed.Fact, result error) error {
				return db.Write(ctx, func(tx *gorm.DB) error {
					if err := changefeed.Append(tx, facts...); err != nil {
						return err
					}
					return result
				})
			}
			t.Repeat(map[string]func(*rapid.T){
				"append": func(t *rapid.T) {
					facts := m.draw(t)
					if err := write(facts, nil); err != nil {
						t.Fatal(err)
					}
					m.facts = append(m.facts, facts...)
				},
				"append and roll back": func(t *rapid.T) {
					undo := errors.New("undone")
					if err := write(m.draw(t), undo); !errors.Is(err, undo) {
						t.Fatal(err)
					}
				},
				"read": func(t *rapid.T) {
					after := m.base + int64(rapid.IntRange(-1, len(m.facts)+1).Draw(t, "after"))
					limit := rapid.SampledFrom([]int{1, 2, 7, 100, 1001, 5000}).Draw(t, "limit")
					got, err := changefeed.Read(ctx, db, "", after, limit)
					m.check(t, after, limit, got, err)
				},
				"trim": func(t *rapid.T) {
					to := m.base + int64(rapid.IntRange(0, len(m.facts)+1).Draw(t, "to"))
					err := changefeed.Trim(ctx, db, to)
					if to > m.head() {
						if !errors.Is(err, changefeed.ErrAhead) {
							t.Fatalf("trim beyond the head: %v", err)
						}
						return
					}
					if err != nil {
						t.Fatal(err)
					}
					m.trimmed = max(m.trimmed, to)
				},
			})
		})
	})
}

// draw makes up facts that fit into one transaction, sometimes large ones.
func (m *model) draw(t *rapid.T) []changefeed.Fact {
	n := rapid.SampledFrom([]int{0, 1, 1, 2, 3, 3, 7, 40, 1001}).Draw(t, "facts")
	body := rapid.SampledFrom([]int{0, 1, 60, 800}).Draw(t, "bytes")
	facts := make([]changefeed.Fact, n)
	for i := range facts {
		m.version++
		facts[i] = changefeed.Fact{Kind: 21, ID: fmt.Sprint(m.version), ResidentID: fmt.Sprint("R", m.version/3), Version: m.version, Deleted: m.version%17 == 0}
		if !facts[i].Deleted {
			facts[i].Body = make([]byte, body)
		}
	}
	return facts
}

func (m *model) check(t *rapid.T, after int64, limit int, got changefeed.Page, err error) {
	want := error(nil)
	switch {
	case after > m.head() || after < 0:
		want = changefeed.ErrAhead
	case after < m.trimmed:
		want = changefeed.ErrTrimmed
	}
	if !errors.Is(err, want) || want != nil {
		if err == nil || !errors.Is(err, want) {
			t.Fatalf("read after %d: %v, want %v", after, err, want)
		}
		return
	}
	rest := m.facts[after-m.base:]
	n := len(got.Changes)
	if got.Head.Position != m.head() || got.Head.Trimmed != m.trimmed || n > limit || n == 0 && len(rest) > 0 {
		t.Fatalf("read after %d of %+v, limit %d: %d changes", after, got.Head, limit, n)
	}
	if n < min(limit, len(rest)) && bytesOf(rest[:n+1]) <= 2<<20 {
		t.Fatalf("the page of %d ends early", n)
	}
	for i, c := range got.Changes {
		f, w := c.Fact, rest[i]
		if c.Position != after+int64(i)+1 || f.Kind != w.Kind || f.ID != w.ID || f.ResidentID != w.ResidentID ||
			f.Version != w.Version || f.Deleted != w.Deleted || !bytes.Equal(f.Body, w.Body) {
			t.Fatalf("after %d: position %d is %+v, want %+v", after, c.Position, f, w)
		}
	}
}

func bytesOf(facts []changefeed.Fact) (n int) {
	for _, f := range facts {
		n += len(f.Body) + 128
	}
	return n
}
