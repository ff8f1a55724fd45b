package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"google.golang.org/grpc/status"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// putAway moves a file to where it belongs, what belongs beside it first: after
// a crash in between it is sent again, found to be there, and moved.
func (w *folder) putAway(name string, b *registryv1.FeedBatch, refused error) error {
	into := filepath.Join(w.Dir, doneFolder)
	if refused != nil || b.GetState() != registryv1.FeedBatchState_FEED_BATCH_STATE_SUCCEEDED || b.GetCounts().GetRefused() > 0 {
		into = filepath.Join(w.Dir, refusedFolder)
	}
	to := w.free(into, name, b.GetBatchId())
	if refused != nil {
		text := fmt.Sprintln(status.Convert(refused).Message())
		if err := replace(to+reasonTail, func(f io.Writer) error { _, err := io.WriteString(f, text); return err }); err != nil {
			return err
		}
		fmt.Fprintf(w.a.Err, "%s：拒收 refused: %s", name, text)
	} else if err := w.beside(to, b); err != nil {
		return err
	}
	from := filepath.Join(w.Dir, name)
	if err := os.Rename(from+manifestTail, to+manifestTail); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	delete(w.seen, name)
	return os.Rename(from, to)
}

// beside writes the receipt, and the refused rows when there are any.
func (w *folder) beside(to string, b *registryv1.FeedBatch) error {
	resp, err := w.s.Feed.GetFeedReceipt(w.a.ctx, &registryv1.GetFeedReceiptRequest{BatchId: b.GetBatchId()})
	if err != nil {
		return err
	}
	if err := replace(to+receiptTail, func(f io.Writer) error { _, err := io.WriteString(f, resp.GetReceipt()); return err }); err != nil {
		return err
	}
	fmt.Fprintf(w.a.Out, "%s\t%s\t%d\t%d\n", filepath.Base(to), b.GetBatchId(), b.GetCounts().GetReceived(), b.GetCounts().GetRefused())
	if b.GetCounts().GetRefused() == 0 {
		return nil
	}
	return replace(to+rejectsTail+tailOf(b), func(f io.Writer) error { return download(w.a, w.s, b.GetBatchId(), f) })
}

// free is where a file may go without covering another one.
func (w *folder) free(into, name, batch string) string {
	to := filepath.Join(into, name)
	if _, err := os.Stat(to); errors.Is(err, fs.ErrNotExist) {
		return to
	}
	if batch == "" {
		batch = time.Now().UTC().Format("20060102T150405.000000000Z")
	}
	return filepath.Join(into, batch+"-"+name)
}

// replace writes a file for its owner's eyes, whole or not at all.
func replace(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".xinju-*")
	if err != nil {
		return err
	}
	err = write(f)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
