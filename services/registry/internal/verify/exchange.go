package verify

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"time"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/workday"
)

// Faults of the exchange between installations.
var (
	ErrEnvelope   = fault.New(fault.Invalid, "EXCHANGE_DOCUMENT_INVALID", "the document is damaged, not signed by who it says, or not for this installation", "文件已损坏、签名不符，或不是发给本系统的")
	ErrUnknown    = fault.New(fault.Precondition, "EXCHANGE_PEER_UNKNOWN", "that installation is not known here", "本系统未登记该系统")
	ErrPeerExists = fault.New(fault.Exists, "EXCHANGE_PEER_EXISTS", "an installation with this name or key is known already", "该名称或公钥已登记")
	ErrReplayed   = fault.New(fault.Exists, "EXCHANGE_REPLAYED", "the identifier of the document was used before for another one", "该文件编号已用于另一文件")
)

const format = "xinju-verification/1"

// MaxDocument is the largest document in bytes.
const MaxDocument = 1 << 20

// Envelope is a signed document: whose key signed which bytes.
type Envelope struct {
	Key     ed25519.PublicKey
	Payload []byte
	Digest  [sha256.Size]byte
}

type envelopeJSON struct {
	Format    string `json:"format"`
	Key       []byte `json:"key"`
	SHA256    string `json:"sha256"`
	Signature []byte `json:"signature"`
	Payload   []byte `json:"payload"`
}

func signed(payload []byte) []byte { return append([]byte(format+"\n"), payload...) }

// SealEnvelope signs a payload. The signature is over the format's name, a line
// feed and the payload's bytes, so that no two writers need agree on a form of JSON.
func SealEnvelope(key ed25519.PrivateKey, payload []byte) ([]byte, error) {
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok {
		return nil, errors.New("verify: the key has no public part")
	}
	sum := sha256.Sum256(payload)
	return json.Marshal(envelopeJSON{Format: format, Key: public, SHA256: hex.EncodeToString(sum[:]), Signature: ed25519.Sign(key, signed(payload)), Payload: payload})
}

// OpenEnvelope checks that a document is whole and signed with the key that it
// names. Whether that key is known is the caller's question. It fails with
// EXCHANGE_DOCUMENT_INVALID.
func OpenEnvelope(raw []byte) (Envelope, error) {
	if len(raw) > MaxDocument {
		return Envelope{}, ErrEnvelope
	}
	var in envelopeJSON
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return Envelope{}, ErrEnvelope
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Envelope{}, ErrEnvelope
	}
	sum := sha256.Sum256(in.Payload)
	if in.Format != format || len(in.Key) != ed25519.PublicKeySize || in.SHA256 != hex.EncodeToString(sum[:]) ||
		!ed25519.Verify(in.Key, signed(in.Payload), in.Signature) {
		return Envelope{}, ErrEnvelope
	}
	return Envelope{Key: in.Key, Payload: in.Payload, Digest: sum}, nil
}

// Merge takes over the steps of another installation's account of v that are
// not here yet: they must continue the history that is here, be that side's to
// take, and follow in time. It fails with VERIFICATION_DIVERGED,
// VERIFICATION_PEER_OTHER and VERIFICATION_STATE_WRONG, and with
// VERIFICATION_CORRECTION.
func (v *Verification) Merge(theirs []Step, now time.Time, cal *workday.Calendar) error {
	for i, s := range theirs {
		if i < len(v.Steps) {
			if h := v.Steps[i]; h.Action != s.Action || !h.Time.Equal(s.Time) || h.By != s.By {
				return ErrDiverged
			}
			continue
		}
		if v.Here(s.Action) == nil {
			return ErrPeer
		}
		if i > 0 && s.Time.Before(theirs[i-1].Time) || s.Time.After(now.Add(5*time.Minute)) {
			return ErrDiverged
		}
		if err := v.CheckAnswer(s); err != nil {
			return err
		}
		if err := v.Apply(s, cal); err != nil {
			return err
		}
	}
	return nil
}

// Peer is another installation.
type Peer struct {
	Name    string // here
	Key     ed25519.PublicKey
	Created time.Time
}

// Document is what a peer says of a verification.
type Document struct {
	ID      string // used once
	Digest  []byte // SHA-256 of what was signed
	Peer    string // who signed it
	Account Verification
}
