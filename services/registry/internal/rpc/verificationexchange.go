package rpc

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"regexp"

	"google.golang.org/protobuf/encoding/protojson"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/verify"
)

// GetVerificationStats implements registryv1.VerificationServiceServer.
func (v *Verifications) GetVerificationStats(ctx context.Context, req *registryv1.GetVerificationStatsRequest) (*registryv1.GetVerificationStatsResponse, error) {
	var c wire.Check
	f := filterOf(&c, req)
	if err := c.Err(); err != nil {
		return nil, err
	}
	now := v.now()
	s, err := v.store.VerificationStats(ctx, f, now)
	if err != nil {
		return nil, err
	}
	out := &registryv1.VerificationStats{
		Sent: s.Sent(), InTime: s.Counts[verify.InTime], Late: s.Counts[verify.Late], Open: s.Counts[verify.Open],
		Overdue: s.Counts[verify.Overdue], Withdrawn: s.Counts[verify.TakeBack], Due: s.Due(), AsOfDate: wire.DateProto(civil.DateOf(now)),
	}
	if rate, ok := s.Rate(verify.InTime, verify.Late); ok {
		out.FeedbackRate = &rate
	}
	if rate, ok := s.Rate(verify.InTime); ok {
		out.InTimeRate = &rate
	}
	if days, ok := s.Percentile(50); ok {
		out.MedianDays = new(int32(days))
	}
	if days, ok := s.Percentile(90); ok {
		out.P90Days = new(int32(days))
	}
	return &registryv1.GetVerificationStatsResponse{Stats: out}, nil
}

// ExportVerification implements registryv1.VerificationServiceServer.
func (v *Verifications) ExportVerification(ctx context.Context, req *registryv1.ExportVerificationRequest) (*registryv1.ExportVerificationResponse, error) {
	key, err := v.store.ExchangeKey(ctx)
	if err != nil {
		return nil, err
	}
	now := v.now()
	out, to, err := v.store.ShareVerification(ctx, req.GetVerificationId(), req.GetPeer(), now)
	if err != nil {
		return nil, err
	}
	account := &registryv1.Verification{
		VerificationId: out.ID, Document: documentProto(out.Document), Kind: registryv1.VerificationKind(out.Kind), Question: out.Text,
		Evidence: evidenceProto(out.Evidence), Asking: partyProto(out.Asking), Asked: partyProto(out.Asked), WorkingDays: int32(out.WorkingDays),
		SentBy: sentBy(out), Steps: stepsProto(out.Steps),
	}
	account.Asking.UnitId, account.Asked.UnitId = "", "" // units have identifiers of one installation
	payload, err := protojson.Marshal(&registryv1.VerificationExchange{
		DocumentId: ids.New(now), FromKey: keyText(publicOf(key)), ToKey: keyText(to.Key), IssueTime: wire.TimeProto(now), Verification: account,
	})
	if err != nil {
		return nil, err
	}
	document, err := verify.SealEnvelope(key, payload)
	return &registryv1.ExportVerificationResponse{Document: document}, err
}

// ImportVerification implements registryv1.VerificationServiceServer.
func (v *Verifications) ImportVerification(ctx context.Context, req *registryv1.ImportVerificationRequest) (*registryv1.ImportVerificationResponse, error) {
	var c wire.Check
	c.Text("by", req.GetBy(), 32, wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	envelope, err := verify.OpenEnvelope(req.GetDocument())
	if err != nil {
		return nil, err
	}
	peer, err := v.store.PeerByKey(ctx, envelope.Key)
	if err != nil {
		return nil, err
	}
	own, err := v.store.ExchangeKey(ctx)
	if err != nil {
		return nil, err
	}
	said := &registryv1.VerificationExchange{}
	if err := protojson.Unmarshal(envelope.Payload, said); err != nil {
		return nil, verify.ErrEnvelope // what the decoder says may quote it
	}
	if said.GetFromKey() != keyText(envelope.Key) || said.GetToKey() != keyText(publicOf(own)) || !ids.Valid(said.GetDocumentId()) || !ids.Valid(said.GetVerification().GetVerificationId()) {
		return nil, verify.ErrEnvelope
	}
	d := verify.Document{ID: said.GetDocumentId(), Digest: envelope.Digest[:], Peer: peer.Name}
	if d.Account, err = accountOf(said.GetVerification()); err != nil {
		return nil, err
	}
	out, again, err := v.store.TakeVerification(ctx, d, v.cal, v.now())
	if err != nil {
		return nil, err
	}
	return &registryv1.ImportVerificationResponse{Verification: v.proto(out), AlreadyImported: again}, nil
}

// accountOf reads another installation's account of a verification.
func accountOf(in *registryv1.Verification) (verify.Verification, error) {
	q, _, err := questionOf(in)
	if err != nil {
		return verify.Verification{}, err
	}
	if q.ResidentID != "" || q.Document.Number.IsZero() {
		return verify.Verification{}, verify.ErrEnvelope
	}
	steps, err := stepsOf(in.GetSteps())
	return verify.Verification{ID: in.GetVerificationId(), Question: q, Steps: steps}, err
}

// GetExchangeKey implements registryv1.VerificationServiceServer.
func (v *Verifications) GetExchangeKey(ctx context.Context, _ *registryv1.GetExchangeKeyRequest) (*registryv1.GetExchangeKeyResponse, error) {
	key, err := v.store.ExchangeKey(ctx)
	if err != nil {
		return nil, err
	}
	return &registryv1.GetExchangeKeyResponse{PublicKey: keyText(publicOf(key))}, nil
}

var peerName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// CreateExchangePeer implements registryv1.VerificationServiceServer.
func (v *Verifications) CreateExchangePeer(ctx context.Context, req *registryv1.CreateExchangePeerRequest) (*registryv1.CreateExchangePeerResponse, error) {
	c := wire.At("peer")
	key, err := base64.StdEncoding.Strict().DecodeString(req.GetPeer().GetPublicKey())
	if err != nil || len(key) != ed25519.PublicKeySize {
		c.Refuse("public_key", "须为32字节的 base64 must be 32 bytes in base64")
	}
	if !peerName.MatchString(req.GetPeer().GetName()) {
		c.Refuse("name", "须为1至32位字母、数字、-或_ 1 to 32 letters, digits, - and _")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	own, err := v.store.ExchangeKey(ctx)
	if err != nil {
		return nil, err
	}
	if bytes.Equal(key, publicOf(own)) {
		return nil, verify.ErrPeerExists
	}
	request, err := requestOf(req.GetRequestId(), req)
	if err != nil {
		return nil, err
	}
	p, err := v.store.CreatePeer(ctx, request, verify.Peer{Name: req.GetPeer().GetName(), Key: key}, v.now())
	if err != nil {
		return nil, err
	}
	return &registryv1.CreateExchangePeerResponse{Peer: peerProto(p)}, nil
}

// ListExchangePeers implements registryv1.VerificationServiceServer.
func (v *Verifications) ListExchangePeers(ctx context.Context, req *registryv1.ListExchangePeersRequest) (*registryv1.ListExchangePeersResponse, error) {
	list, next, err := v.store.Peers(ctx, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()})
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListExchangePeersResponse{NextPageToken: next}
	for _, p := range list {
		out.Peers = append(out.Peers, peerProto(p))
	}
	return out, nil
}

func peerProto(p verify.Peer) *registryv1.ExchangePeer {
	return &registryv1.ExchangePeer{Name: p.Name, PublicKey: keyText(p.Key), CreateTime: wire.TimeProto(p.Created)}
}

func keyText(k ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(k) }

// publicOf is the public half, which stands at the end of the private key.
func publicOf(k ed25519.PrivateKey) ed25519.PublicKey {
	return ed25519.PublicKey(k[ed25519.PrivateKeySize-ed25519.PublicKeySize:])
}
