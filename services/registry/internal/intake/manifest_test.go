package intake_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xinju.dev/services/platform/intake"
)

// key is an invented sender's.
func key(n byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, 32)) }

func public(k ed25519.PrivateKey) []byte { return []byte(k.Public().(ed25519.PublicKey)) }

// withManifest describes a file of rows rows as its sender would.
func withManifest(h intake.Header, file []byte, sequence int64, rows int) intake.Header {
	sum := sha256.Sum256(file)
	h.Manifest = intake.Manifest{Sender: h.Sender, Sequence: sequence, RowCount: int64(rows), Digest: hex.EncodeToString(sum[:]), Kind: intake.Events}
	return h
}

func (w *world) register(sender string, set intake.Setting) {
	w.t.Helper()
	if _, err := w.store.ChangeSender(w.t.Context(), sender, set); err != nil {
		w.t.Fatal(err)
	}
}

func TestAFileThatIsNotWhatItsManifestSaysIsRefusedWhole(t *testing.T) {
	file := fileOf(arrival("E1", 1), arrival("E2", 2))
	good := func() intake.Header { return withManifest(ga, file, 1, 2) }
	signed := func(k ed25519.PrivateKey) func(*intake.Header) {
		return func(h *intake.Header) { h.Manifest = h.Manifest.Sign(k) }
	}
	eachWorld(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			name   string
			change func(h *intake.Header)
			keyed  bool
			want   error
		}{
			{"another digest", func(h *intake.Header) { h.Manifest.Digest = string(bytes.Repeat([]byte("ab"), 32)) }, false, intake.ErrDigest},
			{"a row too many", func(h *intake.Header) { h.Manifest.RowCount = 3 }, false, intake.ErrRowCount},
			{"a row too few", func(h *intake.Header) { h.Manifest.RowCount = 1 }, false, intake.ErrRowCount},
			{"no sequence", func(h *intake.Header) { h.Manifest.Sequence = 0 }, false, intake.ErrManifest},
			{"a full list without its day", func(h *intake.Header) { h.Manifest.Kind = intake.Snapshot }, false, intake.ErrManifest},
			{"of another sender", func(h *intake.Header) { h.Manifest.Sender = "ga-1" }, false, intake.ErrManifest},
			{"no manifest where a key is registered", func(h *intake.Header) { h.Manifest = intake.Manifest{} }, true, intake.ErrUnsigned},
			{"unsigned where a key is registered", func(*intake.Header) {}, true, intake.ErrUnsigned},
			{"signed with another key", signed(key(2)), true, intake.ErrSignature},
			{"changed after it was signed", func(h *intake.Header) { signed(key(1))(h); h.Manifest.Sequence++ }, true, intake.ErrSignature},
			{"signed", signed(key(1)), true, nil},
		} {
			registered := []byte{}
			if c.keyed {
				registered = public(key(1))
			}
			w.register(ga.Sender, intake.Setting{PublicKey: &registered})
			h := good()
			c.change(&h)
			_, err := w.receive(h, file)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			if left := w.query("SELECT batch_id FROM feed_batch"); c.want != nil && (len(left) != 0 || len(w.spooled()) != 0) {
				t.Errorf("%s: something is left", c.name)
			}
		}
	})
}

func TestAManifestWithAnyByteChangedIsRefused(t *testing.T) {
	file := fileOf(arrival("E1", 1), arrival("E2", 2))
	w := newSQLiteWorld(t)
	registered := public(key(1))
	w.register(ga.Sender, intake.Setting{PublicKey: &registered})
	h := withManifest(ga, file, 7, 2)
	h.Manifest.Sequence = 7
	text := h.Manifest.Sign(key(1)).Text()
	accepted := 0
	for i := range text {
		for _, flip := range []byte{0x01, 0x02, 0x20, 0x80} {
			changed := bytes.Clone(text)
			changed[i] ^= flip
			m, err := intake.ParseManifest(changed)
			if err != nil {
				continue
			}
			if _, err := w.receive(intake.Header{Sender: ga.Sender, Manifest: m}, file); err == nil {
				accepted++
				t.Errorf("byte %d changed by %02x is accepted", i, flip)
			}
		}
	}
	m, err := intake.ParseManifest(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.receive(intake.Header{Sender: ga.Sender, Manifest: m}, file); err != nil || accepted != 0 {
		t.Errorf("unchanged: %v; changed: %d accepted", err, accepted)
	}
}

func TestMissingSequencesAreShownAndUsedOnesRefused(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		send := func(sequence int64, person int) error {
			file := fileOf(arrival(fmt.Sprint("E", person), person))
			_, err := w.receive(withManifest(ga, file, sequence, 1), file)
			return err
		}
		for _, n := range []int64{5, 6, 9, 12} {
			if err := send(n, int(n)); err != nil {
				t.Fatal(err)
			}
		}
		status := func() intake.Sender {
			s, err := w.store.SenderStatus(t.Context(), ga.Sender)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := status()
		if diff := cmp.Diff([]intake.Gap{{From: 7, Until: 8}, {From: 10, Until: 11}}, s.Missing); diff != "" || s.LastSequence != 12 || s.MissingCount() != 4 {
			t.Error(diff, s.LastSequence)
		}
		if err := send(9, 9); err != nil {
			t.Errorf("the same again: %v", err)
		}
		if err := send(9, 10); !errors.Is(err, intake.ErrSequenceUsed) {
			t.Errorf("another content under a used number: %v", err)
		}
		if err := send(8, 8); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]intake.Gap{{From: 7, Until: 7}, {From: 10, Until: 11}}, status().Missing); diff != "" {
			t.Error(diff)
		}
		if status().Batches != 5 {
			t.Errorf("%d batches", status().Batches)
		}
	})
}

func TestASenderIsStaleWhenTheNextBatchIsOverdue(t *testing.T) {
	w := newSQLiteWorld(t)
	every := 24 * time.Hour
	w.register(ga.Sender, intake.Setting{Expected: &every})
	s, err := w.store.SenderStatus(t.Context(), ga.Sender)
	if err != nil || !s.StaleSince(noon).IsZero() {
		t.Errorf("before the first batch: %v, %v", s.StaleSince(noon), err)
	}
	w.load(ga, fileOf(arrival("E1", 1)))
	if s, err = w.store.SenderStatus(t.Context(), ga.Sender); err != nil {
		t.Fatal(err)
	}
	if !s.StaleSince(noon.Add(every)).IsZero() || !s.StaleSince(noon.Add(every+time.Minute)).Equal(noon.Add(every)) {
		t.Errorf("stale since %v", s.StaleSince(noon.Add(every+time.Minute)))
	}
	for _, bad := range []time.Duration{-time.Hour, 9000 * time.Hour, time.Minute} {
		if _, err := w.store.ChangeSender(t.Context(), ga.Sender, intake.Setting{Expected: &bad}); !errors.Is(err, intake.ErrInterval) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	short := []byte("short")
	if _, err := w.store.ChangeSender(t.Context(), ga.Sender, intake.Setting{PublicKey: &short}); !errors.Is(err, intake.ErrKey) {
		t.Error(err)
	}
}

func TestReceiptsAreAChainThatCanBeCheckedOffline(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		receipt := func(id string) intake.Receipt {
			t.Helper()
			r, err := w.store.Receipt(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			read, err := intake.ParseReceipt(r.Text())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(r, read); diff != "" {
				t.Error(diff)
			}
			return read
		}
		var last string
		var key []byte
		for i := range 4 {
			b, err := w.receive(ga, fileOf(arrival(fmt.Sprint("E", i), i)))
			if err != nil {
				t.Fatal(err)
			}
			first := receipt(b.ID)
			if first.Previous != last || first.State != 0 || first.Digest != b.Digest || !first.Received.Equal(noon) {
				t.Errorf("%d: %+v", i, first)
			}
			if err := w.run(nil); err != nil {
				t.Fatal(err)
			}
			done := receipt(b.ID)
			if done.Hash() != first.Hash() || done.State != intake.Succeeded || done.Counts.Received() != 1 || bytes.Equal(done.Signature, first.Signature) {
				t.Errorf("%d: done: %+v", i, done)
			}
			last, key = done.Hash(), done.Key
		}
		other, err := w.receive(intake.Header{Sender: "ga-990102"}, fileOf(arrival("E1", 1)))
		if err != nil {
			t.Fatal(err)
		}
		if r := receipt(other.ID); r.Previous != "" || !bytes.Equal(r.Key, key) {
			t.Errorf("another sender's chain begins with %q", r.Previous)
		}
	})
}

func TestAReceiptWithAnyByteChangedIsNone(t *testing.T) {
	w := newSQLiteWorld(t)
	r, err := w.store.Receipt(t.Context(), w.load(ga, fileOf(arrival("E1", 1))).ID)
	if err != nil {
		t.Fatal(err)
	}
	text := r.Text()
	for i := range text {
		for _, flip := range []byte{0x01, 0x02, 0x20, 0x80} {
			changed := bytes.Clone(text)
			changed[i] ^= flip
			if read, err := intake.ParseReceipt(changed); err == nil && bytes.Equal(read.Key, r.Key) {
				t.Errorf("byte %d changed by %02x is accepted", i, flip)
			}
		}
	}
}
