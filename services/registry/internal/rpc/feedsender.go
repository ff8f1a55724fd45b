package rpc

import (
	"context"
	"crypto/ed25519"
	"slices"
	"strconv"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/intake"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"
)

// GetFeedReceipt implements registryv1.FeedIntakeServiceServer.
func (f *Feed) GetFeedReceipt(ctx context.Context, req *registryv1.GetFeedReceiptRequest) (*registryv1.GetFeedReceiptResponse, error) {
	r, err := f.store.Receipt(ctx, req.GetBatchId())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetFeedReceiptResponse{Receipt: string(r.Text())}, nil
}

// GetReceiptKey implements registryv1.FeedIntakeServiceServer.
func (f *Feed) GetReceiptKey(ctx context.Context, _ *registryv1.GetReceiptKeyRequest) (*registryv1.GetReceiptKeyResponse, error) {
	key, err := f.store.Signer(ctx)
	if err != nil {
		return nil, err
	}
	public, _ := key.Public().(ed25519.PublicKey)
	return &registryv1.GetReceiptKeyResponse{PublicKey: public, Fingerprint: intake.Fingerprint(public)}, nil
}

// ListSenders implements registryv1.FeedIntakeServiceServer.
func (f *Feed) ListSenders(ctx context.Context, req *registryv1.ListSendersRequest) (*registryv1.ListSendersResponse, error) {
	list, next, err := f.store.SenderList(ctx, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	resp := &registryv1.ListSendersResponse{NextPageToken: next}
	for _, s := range list {
		resp.Senders = append(resp.Senders, f.sender(s))
	}
	return resp, nil
}

// GetSender implements registryv1.FeedIntakeServiceServer.
func (f *Feed) GetSender(ctx context.Context, req *registryv1.GetSenderRequest) (*registryv1.GetSenderResponse, error) {
	s, err := f.store.SenderStatus(ctx, req.GetSender())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetSenderResponse{Sender: f.sender(s)}, nil
}

var senderFields = []string{"paused", "pause_reason", "expected_interval_hours", "public_key"}

// UpdateSender implements registryv1.FeedIntakeServiceServer.
func (f *Feed) UpdateSender(ctx context.Context, req *registryv1.UpdateSenderRequest) (*registryv1.UpdateSenderResponse, error) {
	in, paths := req.GetFeedSender(), req.GetUpdateMask().GetPaths()
	if err := f.intake.CheckSender(in.GetSender()); err != nil {
		return nil, err
	}
	var c wire.Check
	reason := c.Text("feed_sender.pause_reason", in.GetPauseReason(), 100, false)
	var set intake.Setting
	if len(paths) == 0 {
		c.Refuse("update_mask", "为空 is empty")
	}
	for _, p := range paths {
		if !slices.Contains(senderFields, p) {
			c.Refuse("update_mask", "不能修改 cannot be changed: "+p[:min(len(p), 40)])
		}
	}
	if in.GetEtag() != "" {
		v, err := strconv.ParseInt(in.GetEtag(), 10, 64)
		if err != nil || v < 1 {
			c.Refuse("feed_sender.etag", "不是版本号 is no version")
		}
		set.Version = v
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if slices.Contains(paths, "paused") || slices.Contains(paths, "pause_reason") {
		paused := in.GetPaused()
		set.Paused, set.By = &paused, reason
	}
	if slices.Contains(paths, "expected_interval_hours") {
		every := time.Duration(in.GetExpectedIntervalHours()) * time.Hour
		set.Expected = &every
	}
	if slices.Contains(paths, "public_key") {
		key := in.GetPublicKey()
		set.PublicKey = &key
	}
	s, err := f.store.ChangeSender(ctx, in.GetSender(), set)
	if err != nil {
		return nil, err
	}
	f.intake.Rouse() // whoever is no longer paused has batches waiting
	return &registryv1.UpdateSenderResponse{Sender: f.sender(s)}, nil
}

func (f *Feed) sender(s intake.Sender) *registryv1.FeedSender {
	out := &registryv1.FeedSender{
		Sender: s.Name, Paused: s.Paused, PauseReason: s.PausedBy, ExpectedIntervalHours: int32(s.Expected / time.Hour),
		PublicKey: s.PublicKey, KeyFingerprint: intake.Fingerprint(s.PublicKey), LastReceivedTime: instant(s.LastReceived), LastBatchId: s.LastBatch,
		LastSequence: s.LastSequence, StaleSinceTime: instant(s.StaleSince(f.now())), BatchCount: s.Batches, RowCount: s.Rows,
		Etag: strconv.FormatInt(s.Version, 10),
	}
	for _, g := range s.Missing {
		out.MissingSequences = append(out.MissingSequences, &registryv1.SequenceGap{FromSequence: g.From, UntilSequence: g.Until})
	}
	return out
}
