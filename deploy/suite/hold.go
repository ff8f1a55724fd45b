package suite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
)

// Hold takes a data folder for this process alone, as a running suite does, so
// that its databases can be worked on. It fails with DATA_FOLDER_IN_USE while a
// suite runs on it. release gives the folder back.
func Hold(dir string) (release func() error, err error) {
	s := &Suite{}
	if err := s.own(dir); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s.Close, nil
}

// Refold folds every resident of the registry in a data folder again from the
// log of events; progress is told how many it has come past. It fails with
// DATA_FOLDER_IN_USE while a suite runs on the folder, and where no suite ever
// did.
func Refold(ctx context.Context, dir string, progress func(done int)) (err error) {
	// What opening would make, must be there.
	key, err := os.ReadFile(filepath.Join(dir, "index.key"))
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	release, err := Hold(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	sealer, err := seal.NewPlain(key)
	if err != nil {
		return err
	}
	db, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(dir, "registry.db"), sqlstore.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := migrate.Check(ctx, db, registry.Migrations()...); err != nil {
		return err
	}
	return registry.Refold(ctx, db, sealer, time.Now(), progress)
}
