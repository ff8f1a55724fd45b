package intake

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"xinju.dev/services/platform/civil"
)

// Manifest is what a sender says of a file, so that both sides can tell whether
// all of it arrived. The zero value says nothing.
type Manifest struct {
	Sender       string     `json:"sender,omitempty"`
	Sequence     int64      `json:"sequence,omitempty"`  // 1, 2, 3 … within the sender
	RowCount     int64      `json:"row_count,omitempty"` // rows below the header, blank lines not counted
	Digest       string     `json:"digest,omitempty"`    // SHA-256 of the file, 64 lower-case hex digits
	Kind         Kind       `json:"kind,omitempty"`      // Events or Snapshot
	SnapshotDate civil.Date `json:"snapshot_date,omitempty"`
	PeriodFrom   civil.Date `json:"period_from,omitempty"` // first and last day that the events are of
	PeriodUntil  civil.Date `json:"period_until,omitempty"`
	Signature    []byte     `json:"signature,omitempty"` // Ed25519 over Canonical, 64 bytes
}

// IsZero reports that no manifest came.
func (m Manifest) IsZero() bool { return m.Sequence == 0 && m.Digest == "" }

const manifestTitle = "xinju-feed-manifest-v1"

var kindWords = map[Kind]string{Events: "events", Snapshot: "snapshot"}

// Canonical is the text that the sender signs: a title and one line per member
// in this order, each ended by LF, an absent day empty.
func (m Manifest) Canonical() []byte {
	return fmt.Appendf(nil, "%s\nsender=%s\nsequence=%d\nrow_count=%d\ndigest=%s\ncontent=%s\nsnapshot_date=%s\nperiod_from=%s\nperiod_until=%s\n",
		manifestTitle, m.Sender, m.Sequence, m.RowCount, m.Digest, kindWords[m.Kind], day(m.SnapshotDate), day(m.PeriodFrom), day(m.PeriodUntil))
}

// Text is the manifest as a file: Canonical and, when signed, the signature.
func (m Manifest) Text() []byte {
	out := m.Canonical()
	if len(m.Signature) > 0 {
		out = fmt.Appendf(out, "signature=%s\n", hex.EncodeToString(m.Signature))
	}
	return out
}

func day(d civil.Date) string {
	if d == civil.None {
		return ""
	}
	return d.String()
}

// ParseManifest reads what Text wrote, and nothing else: a text that differs in
// any byte is another manifest or none. It fails with FEED_MANIFEST_INVALID.
func ParseManifest(text []byte) (Manifest, error) {
	lines := strings.Split(string(text), "\n")
	if len(lines) < 10 || len(text) > 2000 {
		return Manifest{}, ErrManifest
	}
	var m Manifest
	values := map[string]string{}
	for _, l := range lines[1 : len(lines)-1] {
		key, value, _ := strings.Cut(l, "=")
		values[key] = value
	}
	m.Sender, m.Digest = values["sender"], values["digest"]
	for k, w := range kindWords {
		if w == values["content"] {
			m.Kind = k
		}
	}
	var err error
	number := func(key string) (n int64) {
		if err == nil {
			n, err = strconv.ParseInt(values[key], 10, 64)
		}
		return n
	}
	date := func(key string) (d civil.Date) {
		if err == nil && values[key] != "" {
			d, err = civil.Parse(values[key])
		}
		return d
	}
	m.Sequence, m.RowCount = number("sequence"), number("row_count")
	m.SnapshotDate, m.PeriodFrom, m.PeriodUntil = date("snapshot_date"), date("period_from"), date("period_until")
	if err == nil && values["signature"] != "" {
		m.Signature, err = hex.DecodeString(values["signature"])
	}
	if err != nil || string(m.Text()) != string(text) {
		return Manifest{}, ErrManifest
	}
	return m, m.check()
}

// check fails with FEED_MANIFEST_INVALID.
func (m Manifest) check() error {
	sum, err := hex.DecodeString(m.Digest)
	switch {
	case err != nil || len(sum) != 32 || strings.ToLower(m.Digest) != m.Digest:
		return ErrManifest.On("header.manifest.digest", "须为64位小写十六进制 must be 64 lower-case hex digits")
	case m.Sequence < 1:
		return ErrManifest.On("header.manifest.sequence", "须为正整数 must be positive")
	case m.RowCount < 1:
		return ErrManifest.On("header.manifest.row_count", "须为正整数 must be positive")
	case kindWords[m.Kind] == "":
		return ErrManifest.On("header.manifest.content", "须为 EVENTS 或 SNAPSHOT must be EVENTS or SNAPSHOT")
	case (m.Kind == Snapshot) != (m.SnapshotDate != civil.None):
		return ErrManifest.On("header.manifest.snapshot_date", "仅全量名单须填日期 is given for a full list and only there")
	case m.PeriodFrom > m.PeriodUntil && m.PeriodUntil != civil.None:
		return ErrManifest.On("header.manifest.period_from_date", "晚于结束日期 is after the end")
	case len(m.Signature) != 0 && len(m.Signature) != ed25519.SignatureSize:
		return ErrSignature
	}
	return nil
}

// Sign returns the manifest signed by a sender.
func (m Manifest) Sign(key ed25519.PrivateKey) Manifest {
	m.Signature = ed25519.Sign(key, m.Canonical())
	return m
}

// verify checks the signature against the sender's key, if one is registered.
func (m Manifest) verify(key []byte) error {
	switch {
	case len(key) == 0:
		return nil // what nobody can check counts as unsigned
	case m.IsZero() || len(m.Signature) == 0:
		return ErrUnsigned
	case len(key) != ed25519.PublicKeySize || !ed25519.Verify(key, m.Canonical(), m.Signature):
		return ErrSignature
	}
	return nil
}
