package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
)

const (
	// After so many lost races a writer runs alone: who reads rows to learn which
	// other rows to lock cannot lock them all in one order, and among enough of
	// them somebody loses every time.
	tries   = 3
	writers = 1 << 20 // at once in this process, when nobody runs alone

	// How long a writer without a deadline goes on before it is told that the
	// store is busy.
	longestTry = time.Minute

	firstWait = 4 * time.Millisecond
	mostWait  = 100 * time.Millisecond
)

// turns is the order in which writers that are in each other's way go, among all
// processes on one database.
//
// On MySQL who has lost races waits until no other writer of its process is
// left and then for a lock of the server's: writers of other processes that lose
// to it come to wait there too, with their whole process, so that in the end it
// is alone. On SQLite there is one writer, and a file beside the database says
// who is next.
type turns struct {
	file    *fileTurn     // nil on MySQL
	longest time.Duration // longestTry
}

// inTurn runs a transaction when it may; nobody else who may not be beside it
// runs one in this process.
func (d *DB) inTurn(ctx context.Context, fn func(tx *gorm.DB) error, alone bool) error {
	end := time.Now().Add(d.turns.longest)
	if d.engine == SQLite {
		done, err := d.turns.file.take(ctx, end)
		if err != nil {
			return err
		}
		defer done()
	} else if alone {
		return d.alone(ctx, end, fn)
	}
	return d.write.WithContext(ctx).Transaction(fn, d.writeOptions())
}

// alone runs a transaction while nobody else who lost races runs one, in any
// process. A server without such locks leaves it to chance and to time.
func (d *DB) alone(ctx context.Context, end time.Time, fn func(tx *gorm.DB) error) error {
	return d.write.WithContext(ctx).Connection(func(one *gorm.DB) error {
		conn, ok := one.Statement.ConnPool.(*sql.Conn)
		if !ok {
			return one.Transaction(fn, d.writeOptions())
		}
		held, err := lockServer(ctx, conn, end)
		if err != nil {
			return err
		}
		if held {
			defer unlockServer(ctx, conn)
		}
		return one.Session(&gorm.Session{NewDB: true}).Transaction(fn, d.writeOptions())
	})
}

// serverLock is a lock of the schema: their names are those of the server.
const serverLock = "CONCAT('xinju.', SHA1(DATABASE()))"

// lockWait is how long the server is asked to wait at a time: it does not notice
// that somebody who waits has left.
const lockWait = 2 * time.Second

func lockServer(ctx context.Context, conn *sql.Conn, end time.Time) (held bool, err error) {
	for {
		wait := max(0, min(lockWait, time.Until(end)))
		var got sql.NullInt64
		err := Shown(conn.QueryRowContext(ctx, "SELECT GET_LOCK("+serverLock+", ?)", wait.Seconds()).Scan(&got))
		if _, refused := errors.AsType[*DriverError](err); refused && ctx.Err() == nil {
			return false, nil // there are no such locks
		}
		if err != nil || !got.Valid || got.Int64 == 1 {
			return got.Int64 == 1, err
		}
		if wait == 0 {
			return false, errTurn
		}
	}
}

// unlockServer gives the lock back, or the connection with it.
func unlockServer(ctx context.Context, conn *sql.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lockWait)
	defer cancel()
	var got sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT RELEASE_LOCK("+serverLock+")").Scan(&got); err != nil {
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
}

// errTurn says that a turn did not come in time.
var errTurn = errors.New("the turn to write did not come")

// pause waits between two attempts, longer each time and never in step with
// others. It fails with errTurn at once where the next attempt would come too late.
func pause(ctx context.Context, n int, end time.Time) error {
	wait := min(time.Duration(n*n)*firstWait, mostWait)
	wait += rand.N(wait)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(end) {
		end = deadline
	}
	if time.Until(end) < wait {
		return errTurn
	}
	return sleep(ctx, wait)
}

func sleep(ctx context.Context, wait time.Duration) error {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
