package loader

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/synthetic"
)

// feed writes the residence events as a file and imports it.
func (l *loader) feed(ctx context.Context) error {
	l.Progress("生成居住数据 writing the feed", 0, 0)
	counts, err := writeFile(l.FeedFile, l.County, l.BadRows)
	if err != nil {
		return fmt.Errorf("write the feed: %w", err)
	}
	l.result.Feed = counts
	batch, err := Upload(ctx, l.To, l.FeedFile)
	if err != nil {
		return fmt.Errorf("import the feed: %w", err)
	}
	l.result.Batch, err = l.watch(ctx, batch.GetBatchId())
	if err != nil {
		return fmt.Errorf("follow the import: %w", err)
	}
	if op := l.result.Batch.GetOperation(); op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED {
		return fmt.Errorf("%w: %s %s", ErrImport, op.GetFailureReason(), op.GetFailureText())
	}
	return nil
}

func writeFile(name string, county *synthetic.County, bad bool) (counts synthetic.FeedCounts, err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return counts, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return synthetic.WriteFeed(f, county, bad)
}

// Upload sends a feed file in the name of Sender and returns the batch as accepted.
func Upload(ctx context.Context, to *client.Suite, file string) (*registryv1.FeedBatch, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	stream, err := to.Feed.ImportFeed(ctx)
	if err != nil {
		return nil, err
	}
	msg := &registryv1.ImportFeedRequest{Header: &registryv1.FeedHeader{Sender: Sender, FileName: filepath.Base(file)}}
	r, buf := bufio.NewReader(f), make([]byte, 256<<10)
	for {
		n, err := io.ReadFull(r, buf)
		if n > 0 || msg.GetHeader() != nil {
			msg.Data = buf[:n]
			if err := stream.Send(msg); err != nil {
				break // the answer says why
			}
			msg = &registryv1.ImportFeedRequest{}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	resp, err := stream.CloseAndRecv()
	return resp.GetBatch(), err
}

func (l *loader) watch(ctx context.Context, id string) (*registryv1.FeedBatch, error) {
	stream, err := l.To.Feed.WatchFeedBatch(ctx, &registryv1.WatchFeedBatchRequest{BatchId: id})
	if err != nil {
		return nil, err
	}
	var last *registryv1.FeedBatch
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return last, nil
		}
		if err != nil {
			return last, err
		}
		last = resp.GetBatch()
		l.Progress("导入居住数据 import", int64(last.GetCounts().GetReceived()), int64(l.result.Feed.Rows))
	}
}
