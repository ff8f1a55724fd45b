package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"
)

// Write commits what fn did through tx, or nothing. fn may run several times
// (deadlocks, a busy file), so it must touch nothing but tx and what it sets
// anew on each run, and it must not call Write or Read itself: on SQLite there
// is one writer, which it would wait for for ever.
//
// Isolation is READ COMMITTED on MySQL, so that after locking a row fn reads
// the newest committed state everywhere; on SQLite writers run one after
// another. What fn read without locking it may change before the commit:
// repeat the version in the WHERE of the update, or lock first.
//
// It fails with STORE_BUSY when others were in the way for a minute, or until
// ctx leaves no time for another attempt, with DUPLICATE, with STORE_UNAVAILABLE,
// with a *DriverError, or with what fn returned.
func (d *DB) Write(ctx context.Context, fn func(tx *gorm.DB) error) error {
	var end time.Time
	for n := 1; ; n++ {
		err := d.attempt(ctx, fn, n > tries)
		if errors.Is(err, errTurn) {
			return ErrBusy
		}
		if err == nil || !transient(err) {
			return err
		}
		if n == 1 {
			end = time.Now().Add(d.turns.longest)
		}
		if late := pause(ctx, n, end); errors.Is(late, errTurn) {
			return ErrBusy.Because(err)
		} else if late != nil {
			return late
		}
	}
}

// attempt runs fn once: on SQLite in its turn, on MySQL beside others or alone.
func (d *DB) attempt(ctx context.Context, fn func(tx *gorm.DB) error, alone bool) error {
	places := int64(1)
	if alone || d.engine == SQLite {
		places = writers
	}
	if err := d.writing.Acquire(ctx, places); err != nil {
		return err
	}
	defer d.writing.Release(places)
	after := &commitHooks{}
	err := d.inTurn(context.WithValue(ctx, hooksKey{}, after), fn, alone)
	if err != nil {
		return ended(ctx, err)
	}
	d.copying.committed()
	d.announce(after.topics)
	return nil
}

func (d *DB) writeOptions() *sql.TxOptions {
	if d.engine == MySQL {
		return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
	}
	return &sql.TxOptions{} // the DSN makes it BEGIN IMMEDIATE
}

// errRollback ends every Read.
var errRollback = errors.New("a reading transaction never commits")

// Read runs fn against one snapshot and always rolls back. Writing fails on
// both engines. On SQLite the driver notices the end of ctx between rows and not
// while it looks for one: a read must not scan without bound.
func (d *DB) Read(ctx context.Context, fn func(tx *gorm.DB) error) error {
	opts := &sql.TxOptions{ReadOnly: true}
	if d.engine == MySQL {
		opts.Isolation = sql.LevelRepeatableRead
	}
	err := d.read.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := fn(tx); err != nil {
			return err
		}
		return errRollback
	}, opts)
	if errors.Is(err, errRollback) {
		return nil
	}
	return ended(ctx, err)
}

// ended is Shown, but when the caller has left it says so, and not what the
// driver made of its statement being cut off.
func ended(ctx context.Context, err error) error {
	shown := Shown(err)
	if ctx.Err() == nil {
		return shown
	}
	if _, ok := errors.AsType[*DriverError](shown); ok || errors.Is(shown, ErrOffline) || errors.Is(shown, sql.ErrTxDone) {
		return ctx.Err()
	}
	return shown
}

// commitHooks collects the topics that a transaction announces when it commits.
type commitHooks struct{ topics []string }

type hooksKey struct{}

// Announce wakes everybody in this process who waits for topic, once the
// transaction has committed. Readers in other processes see nothing of it: it
// is a hint to look, never the only way to learn of a change.
func Announce(tx *gorm.DB, topic string) {
	if h, ok := tx.Statement.Context.Value(hooksKey{}).(*commitHooks); ok {
		h.topics = append(h.topics, topic)
	}
}

// Announced returns a channel that is closed at the next announcement of topic.
// Take it before reading, or the announcement may fall in between.
func (d *DB) Announced(topic string) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, ok := d.waiting[topic]
	if !ok {
		c = make(chan struct{})
		d.waiting[topic] = c
	}
	return c
}

func (d *DB) announce(topics []string) {
	if len(topics) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range topics {
		if c, ok := d.waiting[t]; ok {
			close(c)
			delete(d.waiting, t)
		}
	}
}
