package intake

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/seal"
)

// spool is the folder of received files, one per batch, named by the batch's id
// and removed when the batch is done. Only this process writes there. Files are
// sealed, and readable by their owner alone.
type spool struct {
	dir    string
	sealer seal.Sealer
	limit  int64 // tests only: the disk is full after so many bytes of one file; 0 for none
	// id is made with the folder and kept in it. A batch says which spool holds
	// its file, so that of several processes on one database each applies what it
	// received, and none takes another's file for lost.
	id string

	mu    sync.Mutex
	being map[string]bool // files of batches that are not stored yet
}

const partSuffix = ".part"

func newSpool(dir string, sealer seal.Sealer, now time.Time) (*spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, ErrSpoolFull.Because(err)
	}
	id, err := spoolID(dir, now)
	if err != nil {
		return nil, ErrSpoolFull.Because(err)
	}
	return &spool{dir: dir, sealer: sealer, id: id, being: map[string]bool{}}, nil
}

const idFile = "spool.id"

// spoolID reads the folder's id, or makes it.
func spoolID(dir string, now time.Time) (string, error) {
	name := filepath.Join(dir, idFile)
	b, err := os.ReadFile(name)
	if err == nil && ids.Valid(string(b)) {
		return string(b), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	id := ids.New(now)
	f, err := os.CreateTemp(dir, idFile+".*")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(id)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err == nil {
		err = syncDir(dir)
	}
	return id, err
}

func (s *spool) path(id string) string { return filepath.Join(s.dir, id) }

// has reports that the file of a batch is there.
func (s *spool) has(id string) bool {
	_, err := os.Stat(s.path(id))
	return !errors.Is(err, fs.ErrNotExist)
}

// create opens a new file; keep or drop must follow.
func (s *spool) create(id string) (*sealedWriter, error) {
	s.mu.Lock()
	s.being[id] = true
	s.mu.Unlock()
	f, err := os.OpenFile(s.path(id)+partSuffix, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		s.settled(id)
		return nil, ErrSpoolFull.Because(err)
	}
	return newSealedWriter(f, s.sealer, id, s.limit), nil
}

// open reads the kept file of a batch.
func (s *spool) open(b Batch) (*sealedFile, error) {
	f, err := os.Open(s.path(b.ID))
	if err != nil {
		return nil, ErrFileLost.Because(err)
	}
	out, err := openSealed(f, s.sealer)
	if err == nil && out.Size() != b.Bytes {
		err = ErrFileLost
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return out, nil
}

// hand gives a kept file to another batch.
func (s *spool) hand(from, to string) error {
	if err := os.Rename(s.path(from), s.path(to)); err != nil {
		return ErrSpoolFull.Because(err)
	}
	if err := syncDir(s.dir); err != nil {
		return ErrSpoolFull.Because(err)
	}
	return nil
}

// keep makes the file durable under its final name and closes it.
func (s *spool) keep(id string, f *sealedWriter) error {
	err := f.finish()
	if err == nil {
		err = os.Rename(f.file.Name(), s.path(id))
	}
	if err == nil {
		err = syncDir(s.dir)
	}
	if err != nil {
		return ErrSpoolFull.Because(err)
	}
	return nil
}

// settled says that the batch of a file is stored, or never will be.
func (s *spool) settled(id string) {
	s.mu.Lock()
	delete(s.being, id)
	s.mu.Unlock()
}

// drop removes a file that has no batch.
func (s *spool) drop(id string, f *sealedWriter) {
	_ = f.file.Close()
	_ = os.Remove(s.path(id) + partSuffix)
	_ = os.Remove(s.path(id))
	s.settled(id)
}

func (s *spool) remove(id string) error {
	if err := os.Remove(s.path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return ErrSpoolFull.Because(err)
	}
	return nil
}

// sweep removes what a crash left: files without a batch, and files of batches
// that are done. It touches nothing whose name it did not make.
func (s *spool) sweep(ctx context.Context, wanted func(ctx context.Context, id string) (bool, error)) error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return ErrSpoolFull.Because(err)
	}
	for _, e := range entries {
		id, part := strings.CutSuffix(e.Name(), partSuffix)
		if !ids.Valid(id) || e.IsDir() {
			continue
		}
		s.mu.Lock()
		busy := s.being[id]
		s.mu.Unlock()
		if busy {
			continue
		}
		if !part {
			keep, err := wanted(ctx, id)
			if err != nil {
				return err
			}
			if keep {
				continue
			}
		}
		_ = os.Remove(filepath.Join(s.dir, e.Name()))
	}
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}
