package sqlstore

import (
	"context"
	"io"
	"syscall"
	"time"

	"gorm.io/gorm"
)

// InsertRead and InsertBound are ways of InsertMany, to compare them.
func InsertRead(tx *gorm.DB, table string, columns []string, rows [][]any) error {
	return writeRead(tx, "INSERT OR FAIL", table, columns, rows)
}

func InsertBound(tx *gorm.DB, table string, columns []string, rows [][]any, limit int) error {
	return writeBound(tx, "INSERT", table, columns, rows, limit)
}

// InsertLoaded is the way of large inserts on MySQL.
func InsertLoaded(tx *gorm.DB, table string, columns []string, rows [][]any) error {
	load := loadingOf(tx)
	if load == nil {
		return errLoad
	}
	done, err := load.load(tx, "INSERT", table, columns, rows)
	if err == nil && done != len(rows) {
		return errLoad
	}
	return err
}

// TakeNoFiles makes the server of tx one that takes no files.
func TakeNoFiles(tx *gorm.DB) { tx.Dialector.(mysqlDialector).load.off.Store(true) }

// RefusesFiles recognises the errors of such a server.
var RefusesFiles = refusesFiles

// CopyLogFrom lets the log be copied from so many pages on, whenever asked.
func (d *DB) CopyLogFrom(pages int) { d.copying.pages, d.copying.pause = pages, 0 }

// LogCopied waits for the copying under way and returns how many pages of the log
// are not in the file yet.
func (d *DB) LogCopied(ctx context.Context) (left int, err error) {
	d.copying.done.Wait()
	left, _, err = checkpoint(ctx, d.copying.own, "NOOP")
	return left, err
}

// GiveUpAfter bounds the time that writers go on.
func (d *DB) GiveUpAfter(longest time.Duration) { d.turns.longest = longest }

// Waiting says how many other processes wait for a turn, as far as can be seen.
func (d *DB) Waiting(ctx context.Context) (n int, err error) {
	if d.engine == SQLite {
		next := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: nextByte, Len: 1}
		const openFileGetLock = 36
		err := syscall.FcntlFlock(d.turns.file.file.Fd(), openFileGetLock, &next)
		if next.Type == syscall.F_UNLCK {
			return 0, err
		}
		return 1, err
	}
	err = ask(ctx, d.SQL(), []any{&n}, "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND state = 'User lock'")
	return n, err
}
