package intake

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/outcome"
)

// ErrReceipt refuses a text that is no receipt, or not as it was issued.
var ErrReceipt = fault.New(fault.Invalid, "FEED_RECEIPT_INVALID",
	"the receipt is malformed, was changed, or was signed with another key", "回执格式不正确、内容被改动，或签名公钥不符")

const receiptTitle = "xinju-feed-receipt-v1"

// Receipt says what was received and, once the batch has ended, what became of
// it. The receipts of a sender are a chain: each names the hash of the one
// before, so that none can be left out.
type Receipt struct {
	BatchID      string
	Sender       string
	Digest       string // SHA-256 of the file; "" for a stream
	Bytes        int64
	Sequence     int64 // 0 without a manifest
	ValidateOnly bool
	Received     time.Time // to the millisecond
	Previous     string    // Hash of the sender's receipt before; "" for the first

	State  State // 0 while the batch has not ended
	Ended  time.Time
	Counts Counts

	Key       []byte // Ed25519 public key of the registry
	Signature []byte
}

// NewReceipt is the receipt of a batch as it stands, unsigned.
func NewReceipt(b Batch) Receipt {
	r := Receipt{
		BatchID: b.ID, Sender: b.Sender, Digest: b.Digest, Bytes: b.Bytes, Sequence: b.Manifest.Sequence, ValidateOnly: b.ValidateOnly,
		Received: b.Received.UTC().Truncate(time.Millisecond), Previous: b.Previous,
	}
	if b.State.Ended() {
		r.State, r.Ended, r.Counts = b.State, b.Ended.UTC().Truncate(time.Millisecond), b.Counts
	}
	return r
}

// accepted is the part that does not change any more once the batch is received.
func (r Receipt) accepted() []byte {
	return fmt.Appendf(nil, "%s\nbatch_id=%s\nsender=%s\ndigest=%s\nbytes=%d\nsequence=%d\nvalidate_only=%t\nreceived_time=%s\nprevious=%s\n",
		receiptTitle, r.BatchID, r.Sender, r.Digest, r.Bytes, r.Sequence, r.ValidateOnly, instantText(r.Received), r.Previous)
}

// Hash is what the next receipt of the sender names, hex.
func (r Receipt) Hash() string {
	sum := sha256.Sum256(r.accepted())
	return hex.EncodeToString(sum[:])
}

var receiptStates = map[State]string{0: "received", Succeeded: "succeeded", Failed: "failed", Cancelled: "cancelled", Withdrawn: "withdrawn"}

var countWords = [...]string{
	outcome.Created: "created", outcome.Updated: "updated", outcome.Unchanged: "unchanged",
	outcome.Duplicate: "duplicate", outcome.Pending: "pending", outcome.NeedsReview: "needs_review", outcome.Refused: "refused",
}

// Canonical is the text that the registry signs.
func (r Receipt) Canonical() []byte {
	out := r.accepted()
	out = fmt.Appendf(out, "state=%s\nended_time=%s\nrows=%d\n", receiptStates[r.State], instantText(r.Ended), r.Counts.Received())
	for code := outcome.Created; code <= outcome.Refused; code++ {
		out = fmt.Appendf(out, "%s=%d\n", countWords[code], r.Counts[code])
	}
	return fmt.Appendf(out, "key=%s\n", hex.EncodeToString(r.Key))
}

// Text is the receipt as a file.
func (r Receipt) Text() []byte {
	return fmt.Appendf(r.Canonical(), "signature=%s\n", hex.EncodeToString(r.Signature))
}

// Sign returns the receipt signed by the registry.
func (r Receipt) Sign(key ed25519.PrivateKey) Receipt {
	if public, ok := key.Public().(ed25519.PublicKey); ok {
		r.Key = public
	}
	r.Signature = ed25519.Sign(key, r.Canonical())
	return r
}

// ParseReceipt reads what Text wrote and checks its signature against the key it
// names; whose key that is, the caller must know. It fails with
// FEED_RECEIPT_INVALID.
func ParseReceipt(text []byte) (Receipt, error) {
	if len(text) > 4000 {
		return Receipt{}, ErrReceipt
	}
	values := map[string]string{}
	for l := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(strings.TrimSuffix(l, "\n"), "=")
		values[key] = value
	}
	var err error
	number := func(key string) (n int64) {
		if err == nil {
			n, err = strconv.ParseInt(values[key], 10, 64)
		}
		return n
	}
	instant := func(key string) (t time.Time) {
		if err == nil && values[key] != "" {
			t, err = time.Parse(instantForm, values[key])
		}
		return t
	}
	bytesOf := func(key string) (b []byte) {
		if err == nil {
			b, err = hex.DecodeString(values[key])
		}
		return b
	}
	r := Receipt{
		BatchID: values["batch_id"], Sender: values["sender"], Digest: values["digest"], Bytes: number("bytes"), Sequence: number("sequence"),
		ValidateOnly: values["validate_only"] == "true", Received: instant("received_time"), Previous: values["previous"],
		Ended: instant("ended_time"), Key: bytesOf("key"), Signature: bytesOf("signature"),
	}
	for s, w := range receiptStates {
		if w == values["state"] {
			r.State = s
		}
	}
	for code := outcome.Created; code <= outcome.Refused; code++ {
		r.Counts[code] = number(countWords[code])
	}
	if err != nil || !slices.Equal(r.Text(), text) || len(r.Key) != ed25519.PublicKeySize || !ed25519.Verify(r.Key, r.Canonical(), r.Signature) {
		return Receipt{}, ErrReceipt
	}
	return r, nil
}

const instantForm = "2006-01-02T15:04:05.000Z"

func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(instantForm)
}
