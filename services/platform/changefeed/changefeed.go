// Package changefeed is the change feed that a record service keeps beside its
// own tables: every write appends the after-images of the facts it changed, in
// the same transaction, at dense positions 1, 2, 3 … in commit order.
//
// An AUTO_INCREMENT id cannot be such a position: it is taken at the INSERT and
// seen at the COMMIT, so a reader that polls "id > cursor" steps over slower
// transactions for good. Here the position comes from one row, locked by the
// last statement of the write until its commit.
//
// The package neither knows nor checks what a fact's body says.
package changefeed

import (
	"embed"
	"errors"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

// MaxAppend is the largest number of changes of one transaction: with the packs
// that hold them, a few megabytes.
const MaxAppend = 50_000

// Faults of the feed.
var (
	ErrTooMany = fault.New(fault.Exhausted, "FEED_TOO_MANY_CHANGES",
		"one write may change at most 50,000 facts; make it smaller", "一次写入最多变更 50000 条事实，请缩小批量")
	ErrEpoch = fault.New(fault.Precondition, "FEED_EPOCH_CHANGED",
		"the source was restored or replaced since this reader began; rebuild from its current facts", "数据源已被恢复或替换，请按当前事实重建")
	ErrAhead = fault.New(fault.Precondition, "FEED_POSITION_AHEAD",
		"the position is beyond the head of the feed", "位置超出变更流末尾")
	ErrTrimmed = fault.New(fault.Precondition, "FEED_TRIMMED",
		"changes after this position are no longer kept; rebuild from the current facts", "该位置之后的变更已被清理，请按当前事实重建")
	errNoHead = errors.New("change feed: the head row is missing")
	errGap    = errors.New("change feed: positions are not dense")
	errFact   = errors.New("change feed: a fact needs a kind, an id of at most 64 bytes and a version")
)

// Fact is the after-image of one coded fact.
type Fact struct {
	Kind       int32  // number of feedv1.FactKind
	ID         string // of the record, unique within the kind, at most 64 bytes
	ResidentID string // empty for divisions and units
	Version    int64  // grows with every change of the fact
	Deleted    bool   // the fact no longer holds; Body is then not sent
	Body       []byte // the feedv1 message of the kind, in its deterministic encoding
	// Recorded is the day on which the record behind the fact was first entered,
	// None when unknown. Like Body it is not sent of a deleted fact.
	Recorded civil.Date
}

// valid reports a fact that can be kept.
func (f *Fact) valid() bool {
	return f.Kind > 0 && f.ID != "" && len(f.ID) <= 64 && len(f.ResidentID) <= 64 && f.Version > 0
}

const topic = "changefeed"

// Append adds facts to the feed as part of tx. Call it as the LAST statement of
// the transaction: it locks the head row until the commit, which is what makes
// commit order and position order the same; whatever came after it would keep
// all other writers waiting, and a row locked after it could deadlock. Two
// changes of one entity keep their order if the writer has locked or written
// the entity's row before. Without facts it does nothing.
//
// It fails with FEED_TOO_MANY_CHANGES above MaxAppend.
func Append(tx *gorm.DB, facts ...Fact) error {
	if len(facts) == 0 {
		return nil
	}
	if len(facts) > MaxAppend {
		return ErrTooMany
	}
	for i := range facts {
		if !facts[i].valid() {
			return errFact
		}
	}
	up := tx.Exec("UPDATE feed_head SET head = head + ? WHERE id = 1", len(facts))
	if up.Error != nil {
		return up.Error
	}
	if up.RowsAffected != 1 {
		return errNoHead
	}
	h, err := readHead(tx)
	if err != nil {
		return err
	}
	for last := h.Position - int64(len(facts)); len(facts) > 0; {
		pack, n := encodePack(facts)
		first := last + 1
		last, facts = last+int64(n), facts[n:]
		if err := sqlstore.Exec(tx, "INSERT INTO feed_change (last_position, first_position, pack) VALUES (?, ?, ?)", last, first, pack); err != nil {
			return err
		}
	}
	sqlstore.Announce(tx, topic)
	return nil
}

//go:embed migrations
var files embed.FS

// Migrations creates the feed's tables, feed_head and feed_change.
func Migrations() migrate.Set { return migrate.Sub("changefeed", files, "migrations") }
