package coverage

import (
	"time"

	"xinju.dev/services/aggregator/internal/policy"
	"xinju.dev/services/platform/fault"
)

// ErrPackVersion says that a version was asked for that is not there.
var ErrPackVersion = fault.New(fault.NotFound, "POLICY_PACK_VERSION_NOT_FOUND",
	"there is no such version of the policy pack", "没有该版本的政策包")

// LoadPack asks for a pack to be taken into use.
type LoadPack struct {
	Source    []byte // the file
	RequestID string // may be empty
	By        string // who asks
	DryRun    bool   // check only
}

// PackChange is what came of it. The operation has no ID when nothing has to be
// derived: on a trial, and when the same content is in use already.
type PackChange struct {
	Pack      *policy.Pack
	CasesRun  int
	Operation Operation
}

// PackVersion is one version of a pack. Instants that have not been are zero.
type PackVersion struct {
	ID       string
	Version  int
	BuiltIn  bool // it came with the program, and nobody loaded it
	InUse    bool
	Source   []byte
	LoadedBy string
	Loaded   time.Time
	Used     time.Time // when it last came into use
	Ended    time.Time // when it last went out of use
}
