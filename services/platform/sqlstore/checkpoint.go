package sqlstore

import (
	"context"
	"database/sql"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// How many pages (of 4 KiB) the log takes before they are copied into the
	// file. A commit is as safe before as after. In a long log a page that many
	// commits have changed is copied once: an import of 1,000,000 residents, whose
	// keys come in no order, took 8 s of CPU for it within its commits with 8,192
	// pages, and 5 s beside them with these.
	checkpointPages = 32_768
	// From here on a commit copies by itself, should the copying beside it not
	// keep up: the log has no other bound.
	longestLog = 4 * checkpointPages
	// How often at most the length of the log is asked for.
	checkpointPause = 100 * time.Millisecond
	// How often it is copied beside the writer before the rest is copied in the
	// writer's turn.
	checkpointRounds = 3
	// The part of checkpointPages of which it is not worth a round.
	checkpointRest = 8
)

// checkpointer copies the log of a SQLite file into the file beside the writer,
// so that no commit has to wait for it. The log begins anew only when all of it
// has been copied while nobody wrote, so the last, short part takes the writer's
// turn. It has a goroutine only while it works.
type checkpointer struct {
	own    *sql.DB // a connection of its own
	writer *sql.DB
	pages  int           // checkpointPages
	pause  time.Duration // checkpointPause

	busy   atomic.Bool
	looked atomic.Int64 // when the length was last asked for, Unix nanoseconds

	mu     sync.Mutex // of what follows
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func newCheckpointer(ctx context.Context, own, writer *sql.DB) *checkpointer {
	c := &checkpointer{own: own, writer: writer, pages: checkpointPages, pause: checkpointPause}
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	return c
}

// committed says that the log may have grown. It never waits.
func (c *checkpointer) committed() {
	if c == nil || c.busy.Load() {
		return
	}
	now := time.Now().UnixNano()
	if before := c.looked.Load(); now-before < int64(c.pause) || !c.looked.CompareAndSwap(before, now) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() == nil && c.busy.CompareAndSwap(false, true) {
		c.done.Go(func() {
			defer c.busy.Store(false)
			c.copy(c.ctx)
		})
	}
}

// close ends the copying. It may be called twice.
func (c *checkpointer) close() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	c.cancel()
	c.mu.Unlock()
	c.done.Wait()
	return Shown(c.own.Close())
}

// copy brings the log into the file when it is long enough. Its failures are
// those of a busy or closing file: a later commit asks again, and at longestLog
// a commit sees to it, with its error.
func (c *checkpointer) copy(ctx context.Context) {
	left, before, err := checkpoint(ctx, c.own, "NOOP")
	if left < c.pages {
		return
	}
	for round := 0; err == nil && round < checkpointRounds && left > c.pages/checkpointRest; round++ {
		if _, copied, failed := checkpoint(ctx, c.own, "PASSIVE"); failed != nil || copied <= before {
			return // somebody reads an old state, and what is newer must stay in the log
		}
		left, before, err = checkpoint(ctx, c.own, "NOOP") // with what was written meanwhile
	}
	if err == nil {
		_, _, _ = checkpoint(ctx, c.writer, "PASSIVE")
	}
}

// checkpoint returns how many pages of the log are not in the file yet, and how
// many are.
func checkpoint(ctx context.Context, pool *sql.DB, mode string) (left, copied int, err error) {
	var busy, log int
	err = ask(ctx, pool, []any{&busy, &log, &copied}, "PRAGMA wal_checkpoint("+mode+")")
	return log - copied, copied, err
}

var writerCheckpoint = strconv.Itoa(longestLog)
