package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"syscall"
	"time"
)

// fileTurn lets writers of several processes into one SQLite file one after the
// other. SQLite itself lets whoever comes first when the file is free: a process
// that writes without end leaves it free for microseconds, and one that looks
// every few milliseconds finds it busy for ever.
//
// Whoever comes next holds the first byte of a file beside the database until it
// has the second one, and the second until its transaction has ended. The system
// ends the locks of a process that dies.
type fileTurn struct{ file *os.File }

const (
	nextByte    = 0
	writingByte = 1

	// Locks belong to the open file and not to the process, so that two handles
	// of one process exclude each other too (fcntl F_OFD_SETLK, Linux).
	openFileSetLock = 37

	turnLook = 2 * time.Millisecond
)

// turnSuffix ends the name of the file beside the database.
const turnSuffix = "-turn"

func openTurn(path string) (*fileTurn, error) {
	f, err := os.OpenFile(path+turnSuffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return &fileTurn{f}, nil
}

// take waits for the turn; done gives it back. It fails with errTurn at end, and
// does nothing where the file system knows no such locks.
func (f *fileTurn) take(ctx context.Context, end time.Time) (done func(), err error) {
	for _, b := range [...]int64{nextByte, writingByte} {
		if err := f.wait(ctx, b, end); err != nil {
			f.unlock(nextByte)
			return nil, err
		}
	}
	f.unlock(nextByte)
	return func() { f.unlock(writingByte) }, nil
}

func (f *fileTurn) wait(ctx context.Context, b int64, end time.Time) error {
	for {
		err := f.lock(b, syscall.F_WRLCK)
		if !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EACCES) {
			return nil
		}
		if time.Until(end) <= 0 {
			return errTurn
		}
		if err := sleep(ctx, turnLook/2+rand.N(turnLook)); err != nil {
			return err
		}
	}
}

func (f *fileTurn) unlock(b int64) { _ = f.lock(b, syscall.F_UNLCK) }

// lock sets a lock on one byte without waiting.
func (f *fileTurn) lock(b int64, kind int16) error {
	conn, err := f.file.SyscallConn()
	if err != nil {
		return err
	}
	closed := conn.Control(func(fd uintptr) { // the file may be closed at the same moment
		err = syscall.FcntlFlock(fd, openFileSetLock, &syscall.Flock_t{Type: kind, Whence: io.SeekStart, Start: b, Len: 1})
	})
	return cmp.Or(closed, err)
}

func (f *fileTurn) close() error { return f.file.Close() }
