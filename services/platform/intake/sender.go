package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Sender is what is kept about somebody who hands things in.
type Sender struct {
	Name          string
	PublicKey     []byte // Ed25519; empty while none is registered
	Paused        bool
	PausedBy      string        // who asked for it, as given
	Expected      time.Duration // between batches; 0: nobody waits for the next
	FirstReceived time.Time
	LastReceived  time.Time
	LastBatch     string
	LastReceipt   string // hash, hex
	Snapshot      string // batch of the full list that holds
	SnapshotOld   string // and of the one before
	Version       int64

	LastSequence int64
	Missing      []Gap // sequences that never came, at most MostGaps
	Batches      int64
	Rows         int64 // of the batches whose counts hold
}

// Gap is a run of missing sequences.
type Gap struct{ From, Until int64 }

// MostGaps bounds the gaps that are shown of one sender.
const MostGaps = 20

// MissingCount is how many sequences are missing in the gaps shown.
func (s Sender) MissingCount() (n int64) {
	for _, g := range s.Missing {
		n += g.Until - g.From + 1
	}
	return n
}

// StaleSince is when the next batch was due that has not come; zero when none is.
func (s Sender) StaleSince(now time.Time) time.Time {
	if s.Expected == 0 || s.LastReceived.IsZero() {
		return time.Time{}
	}
	if due := s.LastReceived.Add(s.Expected); now.After(due) {
		return due
	}
	return time.Time{}
}

// Fingerprint names a key for people: the beginning of its SHA-256, hex.
func Fingerprint(key []byte) string {
	if len(key) == 0 {
		return ""
	}
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

// Setting is a change of what an operator decides about a sender; nil leaves a
// member as it is.
type Setting struct {
	Paused    *bool
	By        string // who pauses and why
	Expected  *time.Duration
	PublicKey *[]byte // empty removes it
	Version   int64   // that was read; 0 for whatever is there
}
