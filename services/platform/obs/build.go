package obs

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// version is set by the linker: -X xinju.dev/services/platform/obs.version=v1.2.3.
var version string

// BuildInfo says which program this is.
type BuildInfo struct {
	Version  string // release, or "dev"
	Revision string // commit, with "+" when the tree had changes; "unknown" outside a checkout
	Go       string // toolchain
}

// Build returns the running program's build.
var Build = sync.OnceValue(func() BuildInfo {
	b := BuildInfo{Version: version, Revision: "unknown", Go: runtime.Version()}
	if b.Version == "" {
		b.Version = "dev"
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	changed := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	if changed {
		b.Revision += "+"
	}
	return b
})
