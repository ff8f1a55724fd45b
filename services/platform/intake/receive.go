package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"time"

	"go.uber.org/zap"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/rowfile"
	"xinju.dev/services/platform/seal"
)

// Deps is what intake takes from its surroundings. Those without a default are
// required.
type Deps struct {
	Store    Store
	Senders  Senders
	Lists    Lists      // nil: no full lists
	Withdraw Withdrawer // nil: batches cannot be withdrawn
	Profiles Profiles   // nil: none
	Targets  []Target   // the first is what a header without one means
	Format   Format
	Sealer   seal.Sealer // seals the files that are kept
	SpoolDir string      // for received files; holds personal data, so not a shared folder
	Now      func() time.Time
	Log      *zap.Logger

	MaxBytes  int64   // of one file; 0 means 8 GiB
	MostGone  float64 // share of a full list that may be gone without a person's word, 0–1; 0 means 0.2
	ChunkRows int     // of one transaction; 0 means ChunkRows, and RehearsedTogether for rehearsals
	// Hooks is called at named points, so that a test can end the work there as
	// a crash would. Nil outside tests.
	Hooks func(point string) error
	// FileRoom lets the disk be full after so many bytes of a kept file. 0 outside
	// tests.
	FileRoom int64
}

const (
	defaultMaxBytes = 8 << 30
	defaultMostGone = 0.2
)

// lookAfter bounds how long a sender that failed is waited with to learn
// whether its batch is stored.
const lookAfter = 5 * time.Second

// Intake receives files and applies them. One per process.
type Intake struct {
	Deps
	spool *spool
	wake  chan struct{}
}

// New prepares the spool folder. It starts nothing: Run does.
func New(d Deps) (*Intake, error) {
	s, err := newSpool(d.SpoolDir, d.Sealer, d.Now())
	if err != nil {
		return nil, err
	}
	s.limit = d.FileRoom
	if d.MaxBytes <= 0 {
		d.MaxBytes = defaultMaxBytes
	}
	if d.MostGone <= 0 {
		d.MostGone = defaultMostGone
	}
	if d.Hooks == nil {
		d.Hooks = func(string) error { return nil }
	}
	return &Intake{Deps: d, spool: s, wake: make(chan struct{}, 1)}, nil
}

// Header says what a file is.
type Header struct {
	Target       string // Target.Name; "" for the first
	Sender       string
	FileName     string
	Encoding     string // "" to detect it
	Hints        rowfile.Hints
	Profile      string // Profile.Name, DefaultProfile for none; "" for the one that chooses the sender
	ValidateOnly bool
	Manifest     Manifest // zero for none
}

func (in *Intake) target(name string) (Target, error) {
	if name == "" && len(in.Targets) > 0 {
		return in.Targets[0], nil
	}
	if i := slices.IndexFunc(in.Targets, func(t Target) bool { return t.Name() == name }); i >= 0 {
		return in.Targets[i], nil
	}
	return nil, ErrTarget
}

// Receive keeps a file durably and queues its batch. next returns the file's
// parts and io.EOF at its end. The same content from the same sender returns
// the first batch. A file that cannot be read at all leaves nothing behind. It
// fails with the reasons of the target and the format, with FEED_FILE_TOO_LARGE,
// FEED_SPOOL_UNAVAILABLE, and for a manifest with FEED_MANIFEST_INVALID,
// FEED_SIGNATURE_REQUIRED, FEED_SIGNATURE_INVALID, FEED_DIGEST_MISMATCH,
// FEED_ROW_COUNT_MISMATCH, FEED_SEQUENCE_USED, SNAPSHOT_UNSUPPORTED.
func (in *Intake) Receive(ctx context.Context, h Header, next func() ([]byte, error)) (b Batch, err error) {
	t, err := in.admit(ctx, h)
	if err != nil {
		return Batch{}, err
	}
	probe, profile, err := in.probe(ctx, t, h)
	if err != nil {
		return Batch{}, err
	}
	now := in.Now()
	b = Batch{
		ID: ids.New(now), Target: t.Name(), Kind: Events, Sender: h.Sender, Spool: in.spool.id, FileName: baseName(h.FileName),
		ValidateOnly: h.ValidateOnly, Manifest: h.Manifest, State: Queued, Stage: StageApply, Received: now,
	}
	if h.Manifest.Kind == Snapshot {
		b.Kind, b.Stage = Snapshot, StageCompare
	}
	id := b.ID
	f, err := in.spool.create(id)
	if err != nil {
		return Batch{}, err
	}
	b.Layout.Profile = profile
	stored, err := in.take(ctx, &b, t, f, probe, next)
	if !stored {
		if _, died := errors.AsType[*crashed](err); !died {
			in.spool.drop(id, f)
		}
		return b, err
	}
	in.spool.settled(id)
	in.rouse()
	return b, err
}

// admit says for whom a file is and whether it may come.
func (in *Intake) admit(ctx context.Context, h Header) (Target, error) {
	t, err := in.target(h.Target)
	if err != nil {
		return nil, err
	}
	if err := t.CheckSender(h.Sender); err != nil {
		return nil, err
	}
	if m := h.Manifest; !m.IsZero() {
		if err := m.check(); err != nil {
			return nil, err
		}
		if m.Sender != h.Sender {
			return nil, ErrManifest.On("header.manifest", "报送单位不同 is of another sender")
		}
		if m.SnapshotDate > civil.DateOf(in.Now()) {
			return nil, ErrManifest.On("header.manifest.snapshot_date", "晚于今天 has not come yet")
		}
		if _, ok := t.(Lister); m.Kind == Snapshot && (!ok || in.Lists == nil) {
			return nil, ErrNoList
		}
	}
	s, err := in.Senders.Sender(ctx, h.Sender)
	if err != nil {
		return nil, err
	}
	return t, h.Manifest.verify(s.PublicKey)
}

// rouse wakes an idle worker.
func (in *Intake) rouse() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// take writes the file and stores its batch. stored is false when b became an
// earlier batch.
func (in *Intake) take(ctx context.Context, b *Batch, t Target, f *sealedWriter, probe Probe, next func() ([]byte, error)) (stored bool, err error) {
	if b.Digest, b.Bytes, err = in.write(f, probe, next); err != nil {
		return false, err
	}
	if err := in.look(ctx, b, t, f, probe); err != nil {
		return false, err
	}
	if err := in.at("receive.written"); err != nil {
		return false, err
	}
	id := b.ID
	if err := in.spool.keep(id, f); err != nil {
		return false, err
	}
	if err := in.at("receive.kept"); err != nil {
		return false, err
	}
	first, fresh, err := in.Store.CreateFeedBatch(ctx, *b)
	if err != nil {
		return in.created(ctx, id, err)
	}
	*b = first
	if !fresh && first.State.keepsFile() && (first.Spool != in.spool.id || !in.spool.has(first.ID)) {
		// Another process received it and may never come back, or the file is
		// gone. Both may go on: a chunk is applied once, whoever brings it.
		if fresh, err = in.adopt(ctx, b, id); err != nil {
			return false, err
		}
	}
	return fresh, in.at("receive.stored")
}

// look finds out how the file is written and whether it is what its manifest says.
func (in *Intake) look(ctx context.Context, b *Batch, t Target, f *sealedWriter, probe Probe) error {
	if err := f.flush(); err != nil {
		return err
	}
	if !b.Manifest.IsZero() && b.Manifest.Digest != b.Digest {
		return ErrDigest
	}
	file, err := f.reader()
	if err != nil {
		return err
	}
	profile := b.Layout.Profile
	if b.Layout, err = probe.Layout(file); err != nil {
		return err
	}
	b.Layout.Profile = profile
	if _, err := t.Mapper(b.Source(), b.Layout); err != nil {
		return err
	}
	b.At = b.Layout.Start
	if b.Manifest.IsZero() {
		return nil
	}
	records, err := in.records(b.Layout, file, b.At)
	if err != nil {
		return err
	}
	defer func() { _ = records.Close() }()
	for n := int64(0); err == nil; n++ {
		if _, err = records.Next(); errors.Is(err, io.EOF) {
			if n != b.Manifest.RowCount {
				return ErrRowCount.With("rows", itoa(n))
			}
			return nil
		}
		if n%ChunkRows == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return err
}

// created finds out whether a batch is stored although storing it failed: the
// sender may have gone, or the connection to the database, just after the
// commit. The file of a stored batch must stay.
func (in *Intake) created(ctx context.Context, id string, cause error) (stored bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookAfter)
	defer cancel()
	_, err = in.Store.FeedBatch(ctx, id)
	// Where nobody can say, the file stays until the next start sweeps.
	return !errors.Is(err, ErrBatchNotFound), cause
}

// adopt puts the received file in the place of the batch's own; adopted is
// false when the batch was done meanwhile.
func (in *Intake) adopt(ctx context.Context, b *Batch, file string) (adopted bool, err error) {
	if err := in.spool.hand(file, b.ID); err != nil {
		return false, err
	}
	err = in.Store.AdoptFeedBatch(ctx, b.ID, in.spool.id)
	if errors.Is(err, ErrMoved) {
		if err := in.spool.remove(b.ID); err != nil {
			return false, err
		}
		*b, err = in.Store.FeedBatch(ctx, b.ID)
		return false, err
	}
	b.Spool = in.spool.id
	return err == nil, err
}

func (in *Intake) write(f io.Writer, probe Probe, next func() ([]byte, error)) (digest string, size int64, err error) {
	sum := sha256.New()
	for {
		part, err := next()
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(sum.Sum(nil)), size, nil
		}
		if err != nil {
			return "", 0, err
		}
		if size += int64(len(part)); size > in.MaxBytes {
			return "", 0, ErrFileTooLarge
		}
		_, _ = sum.Write(part)
		if _, err := probe.Write(part); err != nil {
			return "", 0, err
		}
		if _, err := f.Write(part); err != nil {
			return "", 0, err
		}
	}
}
