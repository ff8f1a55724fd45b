//go:build !unix

package suite

import "os"

// lockFile lets everybody in: there is no lock here that a killed process gives up.
func lockFile(*os.File) (bool, error) { return true, nil }
