//go:build unix

package suite

import (
	"errors"
	"os"
	"syscall"
)

// lockFile takes the file for this process alone and reports whether it could.
// The system gives it up with the process, however that ends.
func lockFile(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
