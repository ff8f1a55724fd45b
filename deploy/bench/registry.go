package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/seal"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/registry"
)

// intake is the production registry, alone, on a database of its own.
type intake struct {
	*served
	db *sqlstore.DB
}

func (i *intake) stop() error { return errors.Join(i.served.stop(), i.db.Close()) }

// openRegistry starts a registry with the divisions of the county. folder is
// where it spools files.
func openRegistry(ctx context.Context, dsn, folder string, c *synthetic.County) (*intake, error) {
	db, err := sqlstore.Open(ctx, dsn, sqlstore.Options{})
	if err != nil {
		return nil, err
	}
	i, err := startRegistry(ctx, db, folder)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := createDivisions(ctx, registryv1.NewPlaceServiceClient(i.memory), c); err != nil {
		return nil, errors.Join(err, i.stop())
	}
	return i, nil
}

func startRegistry(ctx context.Context, db *sqlstore.DB, folder string) (*intake, error) {
	if err := migrate.Up(ctx, db, registry.Migrations()...); err != nil {
		return nil, err
	}
	sealer, err := seal.NewPlain(make([]byte, 32))
	if err != nil {
		return nil, err
	}
	service, err := registry.New(registry.Deps{DB: db, Now: now, Log: quietLog("registry"), Sealer: sealer, SpoolDir: filepath.Join(folder, "spool")})
	if err != nil {
		return nil, err
	}
	v, err := serve(ctx, "registry", service)
	if err != nil {
		return nil, err
	}
	return &intake{v, db}, nil
}

func createDivisions(ctx context.Context, to registryv1.PlaceServiceClient, c *synthetic.County) error {
	var list []*registryv1.Division
	for _, d := range c.Divisions {
		list = append(list, &registryv1.Division{DivisionCode: d.Code, Name: d.Name, ParentCode: d.Parent, Level: registryv1.DivisionLevel(d.Level)})
	}
	if _, err := to.BatchCreateDivisions(ctx, &registryv1.BatchCreateDivisionsRequest{Divisions: list}); err != nil {
		return fmt.Errorf("create divisions: %w", err)
	}
	return nil
}

var errImport = errors.New("导入没有成功 the import did not succeed")

// importFile sends a file through ImportFeed and follows the batch to its end.
func (i *intake) importFile(ctx context.Context, name string) (*registryv1.FeedBatch, error) {
	client := registryv1.NewFeedIntakeServiceClient(i.memory)
	sent, err := sendFile(ctx, client, name)
	if err != nil {
		return nil, fmt.Errorf("send the feed: %w", err)
	}
	stream, err := client.WatchFeedBatch(ctx, &registryv1.WatchFeedBatchRequest{BatchId: sent.GetBatchId()})
	if err != nil {
		return nil, err
	}
	last := sent
	for {
		resp, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("follow the import: %w", err)
		}
		last = resp.GetBatch()
	}
	if op := last.GetOperation(); op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED {
		return nil, fmt.Errorf("%w: %s %s", errImport, op.GetFailureReason(), op.GetFailureText())
	}
	return last, nil
}

// quiet waits until the search for duplicates has seen everybody: it goes on
// after an import and would be measured with what comes next.
func (i *intake) quiet(ctx context.Context) error {
	client := registryv1.NewReviewServiceClient(i.memory)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		at, err := client.GetMatchProgress(ctx, &registryv1.GetMatchProgressRequest{})
		if err != nil {
			return err
		}
		if at.GetOperation().GetStage() == "follow" && at.GetPosition() == at.GetHead() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func sendFile(ctx context.Context, client registryv1.FeedIntakeServiceClient, name string) (*registryv1.FeedBatch, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	stream, err := client.ImportFeed(ctx)
	if err != nil {
		return nil, err
	}
	msg := &registryv1.ImportFeedRequest{Header: &registryv1.FeedHeader{Sender: "ga-990101", FileName: filepath.Base(name)}}
	buf := make([]byte, 256<<10)
	for r := bufio.NewReader(f); ; {
		n, err := io.ReadFull(r, buf)
		if msg.Data = buf[:n]; n > 0 && stream.Send(msg) != nil {
			break // the answer says why
		}
		msg = &registryv1.ImportFeedRequest{}
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
