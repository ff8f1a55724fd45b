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

// Change is one position of the feed.
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
		p.Changes, err = readChanges(tx, after, p.Head.Position, size(limit))
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

// readChanges reads packs until the page is full or head is reached.
func readChanges(tx *gorm.DB, after, head int64, limit int) ([]Change, error) {
	p := pageOf{after: after, limit: limit}
	for p.last() < head {
		at := p.last()
		err := sqlstore.Query(tx, func(rows *sql.Rows) error {
			var last, first int64
			var pack []byte
			if err := rows.Scan(&last, &first, &pack); err != nil {
				return err
			}
			return p.add(first, last, pack)
		}, "SELECT last_position, first_position, pack FROM feed_change WHERE last_position > ? ORDER BY last_position LIMIT ?", at, p.packsAhead())
		switch {
		case errors.Is(err, enough{}):
			return p.changes, nil
		case err != nil:
			return nil, err
		case p.last() == at:
			return nil, errGap // what the head says was written is not there
		}
	}
	return p.changes, nil
}

// enough ends the reading of a page.
type enough struct{}

func (enough) Error() string { return "the page is full" }

// fewPacks is how many packs are asked for when their size is unknown: so many
// of the largest exceed a page, but not by much.
const fewPacks = 16

// pageOf is a page that fills up.
type pageOf struct {
	after   int64
	limit   int
	changes []Change
	bytes   int // of the bodies, and what a message needs besides
	packs   int
}

// last is the position up to which the page goes so far.
func (p *pageOf) last() int64 { return p.after + int64(len(p.changes)) }

// packsAhead is how many packs more will fill the page, if those to come are
// like those that were. Engines that send rows ahead send them for nothing
// beyond that.
func (p *pageOf) packsAhead() int {
	most := min(p.limit-len(p.changes), (maxBytes-p.bytes)*p.packs/max(p.bytes, 1))
	return max(most, fewPacks)
}

// add takes from a pack what the page still needs, and returns enough when
// that was the last.
func (p *pageOf) add(first, last int64, pack []byte) error {
	facts, err := decodePack(pack, last-first+1)
	if err != nil {
		return err
	}
	next := p.last() + 1
	// A page may begin within a pack, but only with its first one.
	if first > next || first < next && len(p.changes) > 0 {
		return errGap
	}
	p.packs++
	for _, f := range facts[next-first:] {
		if p.bytes += len(f.Body) + 128; p.bytes > maxBytes && len(p.changes) > 0 {
			return enough{}
		}
		p.changes = append(p.changes, Change{Position: p.last() + 1, Fact: f})
		if len(p.changes) >= p.limit {
			return enough{}
		}
	}
	return nil
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

// trimStep bounds the positions that one transaction deletes.
const trimStep = 10_000

// Trim drops changes up to and including position: a reader that has not
// applied them must rebuild. A pack stays until its last position is dropped,
// but nobody reads what lies at or below position. Positions are never used
// again. Positions beyond the head are refused with FEED_POSITION_AHEAD.
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
			if err := sqlstore.Exec(tx, "DELETE FROM feed_change WHERE last_position <= ?", upTo); err != nil {
				return err
			}
			return sqlstore.Exec(tx, "UPDATE feed_head SET trimmed = ? WHERE id = 1 AND trimmed < ?", upTo, upTo)
		})
		if err != nil || done {
			return err
		}
	}
}
