package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"go.uber.org/zap"

	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/registry/internal/core"
)

// Deps is what intake takes from its surroundings. All but Hooks and MaxBytes
// are required.
type Deps struct {
	Store    Store
	SpoolDir string // for received files; holds personal data, so not a shared folder
	Now      func() time.Time
	Log      *zap.Logger
	MaxBytes int64 // of one file; 0 means 8 GiB
	// Hooks is called at named points, so that a test can end the work there as
	// a crash would. Nil outside tests.
	Hooks func(point string) error
}

const defaultMaxBytes = 8 << 30

// lookAfter bounds how long a sender that failed is waited with to learn
// whether its batch is stored.
const lookAfter = 5 * time.Second

// Intake receives files and applies them. One per process.
type Intake struct {
	Deps
	spool     *spool
	wake      chan struct{}
	chunkRows int
}

// New prepares the spool folder. It starts nothing: Run does.
func New(d Deps) (*Intake, error) {
	s, err := newSpool(d.SpoolDir, d.Now())
	if err != nil {
		return nil, err
	}
	if d.MaxBytes <= 0 {
		d.MaxBytes = defaultMaxBytes
	}
	if d.Hooks == nil {
		d.Hooks = func(string) error { return nil }
	}
	return &Intake{Deps: d, spool: s, wake: make(chan struct{}, 1), chunkRows: chunkRows}, nil
}

// Header says what a file is.
type Header struct {
	Sender       string
	FileName     string
	Encoding     string // "" to detect it
	ValidateOnly bool
}

var senderForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// Receive keeps a file durably and queues its batch. next returns the file's
// parts and io.EOF at its end. The same content from the same sender returns
// the first batch. A file that cannot be read at all leaves nothing behind; it
// fails with FEED_FILE_EMPTY, FEED_FILE_UNREADABLE, FEED_ENCODING_UNKNOWN,
// FEED_COLUMNS_UNKNOWN, FEED_COLUMN_TWICE, FEED_FILE_TOO_LARGE,
// or SENDER_INVALID.
func (in *Intake) Receive(ctx context.Context, h Header, next func() ([]byte, error)) (b Batch, err error) {
	if !senderForm.MatchString(h.Sender) {
		return Batch{}, core.ErrSender.On("header.sender", "须为 1–32 位字母、数字、- 或 _ must be 1–32 letters, digits, - or _")
	}
	if h.Sender == core.Desk {
		return Batch{}, core.ErrSender.On("header.sender", "保留 reserved")
	}
	given, err := ParseEncoding(h.Encoding)
	if err != nil {
		return Batch{}, err
	}
	now := in.Now()
	b = Batch{ID: ids.New(now), Sender: h.Sender, Spool: in.spool.id, FileName: baseName(h.FileName), ValidateOnly: h.ValidateOnly, State: Queued, Received: now}
	id := b.ID
	f, err := in.spool.create(id)
	if err != nil {
		return Batch{}, err
	}
	stored, err := in.take(ctx, &b, f, given, next)
	if !stored {
		if _, died := errors.AsType[*crashed](err); !died {
			in.spool.drop(id, f)
		}
		return b, err
	}
	in.spool.settled(id)
	select {
	case in.wake <- struct{}{}:
	default:
	}
	return b, err
}

// take writes the file and stores its batch. stored is false when b became an
// earlier batch.
func (in *Intake) take(ctx context.Context, b *Batch, f *os.File, given Encoding, next func() ([]byte, error)) (stored bool, err error) {
	d := &detector{}
	if b.Digest, b.Bytes, err = in.write(f, d, next); err != nil {
		return false, err
	}
	found, err := d.finish(given)
	if err != nil {
		return false, err
	}
	if b.Layout, err = readLayout(f, found); err != nil {
		return false, err
	}
	if !d.content {
		return false, ErrFileEmpty
	}
	b.Offset, b.Line = b.Layout.DataFrom, b.Layout.DataLine
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
	if !fresh && !first.State.Done() && (first.Spool != in.spool.id || !in.spool.has(first.ID)) {
		// Another process received it and may never come back, or the file is
		// gone. Both may go on: a chunk is applied once, whoever brings it.
		if fresh, err = in.adopt(ctx, b, id); err != nil {
			return false, err
		}
	}
	return fresh, in.at("receive.stored")
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

func (in *Intake) write(f *os.File, d *detector, next func() ([]byte, error)) (digest string, size int64, err error) {
	sum := sha256.New()
	checked := false
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
		_, _ = d.Write(part)
		if !checked && len(d.head) == headBytes {
			// A video need not arrive in full to be told from a text.
			if kind := sniffKind(d.head); kind != "" {
				return "", 0, ErrFileUnreadable.With("kind", kind)
			}
			checked = true
		}
		if _, err := f.Write(part); err != nil {
			return "", 0, ErrSpoolFull.Because(err)
		}
	}
}

// readLayout reads the header, which is the first line that is not blank.
func readLayout(f *os.File, found Detection) (Layout, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return Layout{}, ErrSpoolFull.Because(err)
	}
	lines := newLineReader(f, 0, 0)
	for {
		l, err := lines.next()
		switch {
		case errors.Is(err, io.EOF):
			return Layout{}, ErrFileEmpty
		case err != nil:
			return Layout{}, ErrSpoolFull.Because(err)
		case l.tooLong:
			return Layout{}, ErrColumnsUnknown.With("detail", "the first line is longer than 64 KiB")
		}
		raw := l.raw
		if l.number == 1 && found.BOM {
			raw = raw[len(bom):]
		}
		if blank(raw) {
			continue
		}
		out := Layout{
			Encoding: found.Encoding, BOM: found.BOM, Header: append([]byte(nil), raw...),
			CRLF: !l.unended && endsCR(f, l.end), DataFrom: l.end, DataLine: l.number,
		}
		if bytes.IndexByte(out.Header, '\r') >= 0 {
			return Layout{}, ErrFileUnreadable.With("kind", "CR_LINE_ENDS")
		}
		out.Delimiter = sniffDelimiter(out.Header, out.Encoding)
		_, _, err = out.columns()
		return out, err
	}
}

func endsCR(f *os.File, end int64) bool {
	var b [2]byte
	_, err := f.ReadAt(b[:], end-2)
	return err == nil && b[0] == '\r'
}

// longDigits could be the number of somebody's document.
var longDigits = regexp.MustCompile(`[0-9]{14,}[0-9Xx]`)

// baseName drops folders and what would disturb a log or a listing.
func baseName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = longDigits.ReplaceAllString(name, "…")
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == 0xFFFD {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name == "." || name == "/" {
		return ""
	}
	if runes := []rune(name); len(runes) > 120 {
		name = string(runes[:120])
	}
	return name
}

func dayOf(t time.Time) civil.Date { return civil.DateOf(t) }

// crashed is a hook's error: everything stops as if the process had been killed.
type crashed struct{ cause error }

func (c *crashed) Error() string { return "stopped at a named point: " + c.cause.Error() }
func (c *crashed) Unwrap() error { return c.cause }

func (in *Intake) at(point string) error {
	if err := in.Hooks(point); err != nil {
		return &crashed{err}
	}
	return nil
}
