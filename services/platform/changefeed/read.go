package changefeed

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"

	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

// Head is where a feed stands.
type Head struct {
	Epoch    string // random; another one means that positions have lost their meaning
	Position int64  // the last committed position, 0 when nothing was ever changed
	Trimmed  int64  // changes up to here are no longer kept
}

// Change is one row of the feed.
type Change struct {
	Position int64
	Fact     Fact
}

// Page is a run of the feed as of one snapshot.
type Page struct {
	Head    Head
	Changes []Change // After+1, After+2 …, possibly none
}

// Bounds of a page. maxBytes keeps a page below the message limits of gRPC.
const (
	DefaultLimit = 1000
	MaxLimit     = 5000
	maxBytes     = 2 << 20
)

// ReadHead returns where the feed stands.
func ReadHead(ctx context.Context, db *sqlstore.DB) (h Head, err error) {
	err = db.Read(ctx, func(tx *gorm.DB) error {
		h, err = readHead(tx)
		return err
	})
	return h, err
}

// Read returns the changes that follow position after, oldest first: at most
// limit (0 means DefaultLimit, more than MaxLimit means MaxLimit), and fewer
// when their bodies are large. epoch is the one the reader stored, or "" for a
// reader that has none. It fails with FEED_EPOCH_CHANGED, FEED_POSITION_AHEAD
// and FEED_TRIMMED.
func Read(ctx context.Context, db *sqlstore.DB, epoch string, after int64, limit int) (p Page, err error) {
	err = db.Read(ctx, func(tx *gorm.DB) error {
		p = Page{}
		if p.Head, err = readHead(tx); err != nil {
			return err
		}
		if err := p.Head.accept(epoch, after); err != nil {
			return err
		}
		p.Changes, err = readChanges(tx, after, size(limit))
		return err
	})
	return p, err
}

func size(limit int) int {
	if limit <= 0 {
		return DefaultLimit
	}
	return min(limit, MaxLimit)
}

func (h Head) accept(epoch string, after int64) error {
	switch {
	case epoch != "" && epoch != h.Epoch:
		return ErrEpoch
	case after < 0 || after > h.Position:
		return ErrAhead
	case after < h.Trimmed:
		return ErrTrimmed
	}
	return nil
}

func readHead(tx *gorm.DB) (h Head, err error) {
	err = errNoHead
	qerr := sqlstore.Query(tx, func(rows *sql.Rows) error {
		err = rows.Scan(&h.Epoch, &h.Position, &h.Trimmed)
		return err
	}, "SELECT epoch, head, trimmed FROM feed_head WHERE id = 1")
	if qerr != nil {
		return Head{}, qerr
	}
	return h, err
}

// enough ends a page early.
type enough struct{}

func (enough) Error() string { return "the page is full" }

func readChanges(tx *gorm.DB, after int64, limit int) ([]Change, error) {
	var out []Change
	bytes := 0
	err := sqlstore.Query(tx, func(rows *sql.Rows) error {
		var c Change
		f := &c.Fact
		if err := rows.Scan(&c.Position, &f.Kind, &f.ID, &f.ResidentID, &f.Version, &f.Deleted, &f.Body); err != nil {
			return err
		}
		if c.Position != after+int64(len(out))+1 {
			return errGap
		}
		if bytes += len(f.Body) + 128; bytes > maxBytes && len(out) > 0 {
			return enough{}
		}
		out = append(out, c)
		return nil
	}, "SELECT position, kind, fact_id, resident_id, version, deleted, body FROM feed_change WHERE position > ? ORDER BY position LIMIT ?",
		after, limit)
	if errors.Is(err, enough{}) {
		err = nil
	}
	return out, err
}

// Renew gives the feed a new epoch, so that every reader rebuilds. It belongs
// into the restore of a backup: positions that were written after the backup are
// used again, with other facts.
func Renew(ctx context.Context, db *sqlstore.DB) (epoch string, err error) {
	epoch = rand.Text()
	err = db.Write(ctx, func(tx *gorm.DB) error {
		sqlstore.Announce(tx, topic)
		return sqlstore.Exec(tx, "UPDATE feed_head SET epoch = ? WHERE id = 1", epoch)
	})
	return epoch, err
}

// trimStep bounds the rows that one transaction deletes.
const trimStep = 10_000

// Trim drops changes up to and including position: a reader that has not
// applied them must rebuild. Positions are never used again. Positions beyond
// the head are refused with FEED_POSITION_AHEAD.
func Trim(ctx context.Context, db *sqlstore.DB, position int64) error {
	for {
		done := false
		err := db.Write(ctx, func(tx *gorm.DB) error {
			h, err := readHead(tx)
			if err != nil {
				return err
			}
			if position > h.Position {
				return ErrAhead
			}
			upTo := min(position, h.Trimmed+trimStep)
			if done = upTo == position; upTo <= h.Trimmed {
				done = true
				return nil
			}
			if err := sqlstore.Exec(tx, "DELETE FROM feed_change WHERE position <= ?", upTo); err != nil {
				return err
			}
			return sqlstore.Exec(tx, "UPDATE feed_head SET trimmed = ? WHERE id = 1 AND trimmed < ?", upTo, upTo)
		})
		if err != nil || done {
			return err
		}
	}
}
