package suite

import (
	"fmt"
	"os"
	"path/filepath"

	"xinju.dev/services/platform/fault"
)

// ErrInUse says that another suite runs on the folder. Two would both apply the
// same feed files and the same changes.
var ErrInUse = fault.New(fault.Precondition, "DATA_FOLDER_IN_USE", "another suite is running on this data folder", "该数据目录已有新居在运行")

// own takes the data folder for this process until the suite is closed.
func (s *Suite) own(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	s.later(f.Close)
	free, err := lockFile(f)
	if err != nil {
		return fmt.Errorf("lock the data folder: %w", err)
	}
	if !free {
		return ErrInUse.With("data", dir)
	}
	return nil
}
