package rpc

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/page"
	"xinju.dev/services/platform/record"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/platform/workday"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/verify"
)

// VerificationStore is what is kept of verifications.
type VerificationStore interface {
	SendVerification(ctx context.Context, req record.Request, q verify.Question, by string, cal *workday.Calendar, now time.Time) (verify.Verification, error)
	Verification(ctx context.Context, id string) (verify.Verification, error)
	StepVerification(ctx context.Context, req record.Request, id string, version int64, step verify.Step, cal *workday.Calendar, now time.Time) (verify.Verification, []core.Outcome, error)
	Verifications(ctx context.Context, f verify.Filter, q page.Query, now time.Time) ([]verify.Verification, page.Next, error)
	VerificationStats(ctx context.Context, f verify.Filter, now time.Time) (verify.Stats, error)
	ExchangeKey(ctx context.Context) (ed25519.PrivateKey, error)
	CreatePeer(ctx context.Context, req record.Request, p verify.Peer, now time.Time) (verify.Peer, error)
	PeerByKey(ctx context.Context, key ed25519.PublicKey) (verify.Peer, error)
	Peers(ctx context.Context, q page.Query) ([]verify.Peer, page.Next, error)
	ShareVerification(ctx context.Context, id, peer string, now time.Time) (verify.Verification, verify.Peer, error)
	TakeVerification(ctx context.Context, d verify.Document, cal *workday.Calendar, now time.Time) (verify.Verification, bool, error)
}

// Verifications implements registryv1.VerificationServiceServer.
type Verifications struct {
	// Unsafe, so that a new RPC breaks the build instead of answering Unimplemented.
	registryv1.UnsafeVerificationServiceServer
	store VerificationStore
	cal   *workday.Calendar
	now   func() time.Time
}

var _ registryv1.VerificationServiceServer = (*Verifications)(nil)

// NewVerifications returns a server over a store, with the calendar that
// deadlines follow.
func NewVerifications(s VerificationStore, cal *workday.Calendar, now func() time.Time) *Verifications {
	return &Verifications{store: s, cal: cal, now: now}
}

// SendVerification implements registryv1.VerificationServiceServer.
func (v *Verifications) SendVerification(ctx context.Context, req *registryv1.SendVerificationRequest) (*registryv1.SendVerificationResponse, error) {
	q, by, err := questionOf(req.GetVerification())
	if err != nil {
		return nil, err
	}
	request, err := requestOf(req.GetRequestId(), req)
	if err != nil {
		return nil, err
	}
	out, err := v.store.SendVerification(ctx, request, q, by, v.cal, v.now())
	if err != nil {
		return nil, err
	}
	return &registryv1.SendVerificationResponse{Verification: v.proto(out)}, nil
}

// GetVerification implements registryv1.VerificationServiceServer.
func (v *Verifications) GetVerification(ctx context.Context, req *registryv1.GetVerificationRequest) (*registryv1.GetVerificationResponse, error) {
	out, err := v.store.Verification(ctx, req.GetVerificationId())
	if err != nil {
		return nil, err
	}
	return &registryv1.GetVerificationResponse{Verification: v.proto(out)}, nil
}

// ListVerifications implements registryv1.VerificationServiceServer.
func (v *Verifications) ListVerifications(ctx context.Context, req *registryv1.ListVerificationsRequest) (*registryv1.ListVerificationsResponse, error) {
	var c wire.Check
	f := filterOf(&c, req)
	f.Standing = verify.Standing(c.Enum("standing", int32(req.GetStanding()), registryv1.VerificationStanding_name, !wire.Required))
	f.State = verify.State(c.Enum("state", int32(req.GetState()), registryv1.VerificationState_name, !wire.Required))
	f.Kind = verify.Kind(c.Enum("kind", int32(req.GetKind()), registryv1.VerificationKind_name, !wire.Required))
	f.ResidentID = c.ID("resident_id", req.GetResidentId(), !wire.Required)
	if err := c.Err(); err != nil {
		return nil, err
	}
	list, next, err := v.store.Verifications(ctx, f, page.Query{Size: int(req.GetPageSize()), Token: req.GetPageToken()}, v.now())
	if err != nil {
		return nil, err
	}
	out := &registryv1.ListVerificationsResponse{NextPageToken: next}
	for _, one := range list {
		one.Evidence = nil
		out.Verifications = append(out.Verifications, v.proto(one))
	}
	return out, nil
}

// act takes a step: what all steps have in common.
func (v *Verifications) act(ctx context.Context, req acting, step verify.Step, c *wire.Check) (verify.Verification, []core.Outcome, error) {
	id := c.ID("verification_id", req.GetVerificationId(), wire.Required)
	step.By = c.Text("by", req.GetBy(), 32, wire.Required)
	if err := c.Err(); err != nil {
		return verify.Verification{}, nil, err
	}
	version, err := record.ParseEtag(req.GetEtag())
	if err != nil {
		return verify.Verification{}, nil, err
	}
	request, err := requestOf(req.GetRequestId(), req)
	if err != nil {
		return verify.Verification{}, nil, err
	}
	return v.store.StepVerification(ctx, request, id, version, step, v.cal, v.now())
}

// ReceiveVerification implements registryv1.VerificationServiceServer.
func (v *Verifications) ReceiveVerification(ctx context.Context, req *registryv1.ReceiveVerificationRequest) (*registryv1.ReceiveVerificationResponse, error) {
	var c wire.Check
	out, _, err := v.act(ctx, req, verify.Step{Action: verify.Receive, Note: c.Text("note", req.GetNote(), verify.MaxText, !wire.Required)}, &c)
	if err != nil {
		return nil, err
	}
	return &registryv1.ReceiveVerificationResponse{Verification: v.proto(out)}, nil
}

// AnswerVerification implements registryv1.VerificationServiceServer.
func (v *Verifications) AnswerVerification(ctx context.Context, req *registryv1.AnswerVerificationRequest) (*registryv1.AnswerVerificationResponse, error) {
	var c wire.Check
	result := verify.Result(c.Enum("result", int32(req.GetResult()), registryv1.AnswerResult_name, wire.Required))
	step := verify.Step{Action: verify.Answer, Result: result}
	if result == verify.NeedMore {
		step.Action = verify.AskMore
	}
	step.Note = c.Text("note", req.GetNote(), verify.MaxText, result == verify.NeedMore)
	step.Evidence = evidenceOf(&c, "evidence", req.GetEvidence())
	var err error
	if step.Corrections, err = proposedOf(req.GetCorrections()); err != nil {
		return nil, err
	}
	out, _, err := v.act(ctx, req, step, &c)
	if err != nil {
		return nil, err
	}
	return &registryv1.AnswerVerificationResponse{Verification: v.proto(out)}, nil
}

// SupplyVerification implements registryv1.VerificationServiceServer.
func (v *Verifications) SupplyVerification(ctx context.Context, req *registryv1.SupplyVerificationRequest) (*registryv1.SupplyVerificationResponse, error) {
	var c wire.Check
	step := verify.Step{Action: verify.Supply, Note: c.Text("note", req.GetNote(), verify.MaxText, wire.Required), Evidence: evidenceOf(&c, "evidence", req.GetEvidence())}
	out, _, err := v.act(ctx, req, step, &c)
	if err != nil {
		return nil, err
	}
	return &registryv1.SupplyVerificationResponse{Verification: v.proto(out)}, nil
}

// AcceptAnswer implements registryv1.VerificationServiceServer.
func (v *Verifications) AcceptAnswer(ctx context.Context, req *registryv1.AcceptAnswerRequest) (*registryv1.AcceptAnswerResponse, error) {
	var c wire.Check
	out, outcomes, err := v.act(ctx, req, verify.Step{Action: verify.Accept, Note: c.Text("note", req.GetNote(), verify.MaxText, !wire.Required)}, &c)
	if err != nil {
		return nil, err
	}
	resp := &registryv1.AcceptAnswerResponse{Verification: v.proto(out)}
	for _, o := range outcomes {
		resp.Outcomes = append(resp.Outcomes, outcomeProto(o))
	}
	return resp, nil
}

// DisputeAnswer implements registryv1.VerificationServiceServer.
func (v *Verifications) DisputeAnswer(ctx context.Context, req *registryv1.DisputeAnswerRequest) (*registryv1.DisputeAnswerResponse, error) {
	var c wire.Check
	out, _, err := v.act(ctx, req, verify.Step{Action: verify.Dispute, Note: c.Text("note", req.GetNote(), verify.MaxText, wire.Required)}, &c)
	if err != nil {
		return nil, err
	}
	return &registryv1.DisputeAnswerResponse{Verification: v.proto(out)}, nil
}

// WithdrawVerification implements registryv1.VerificationServiceServer.
func (v *Verifications) WithdrawVerification(ctx context.Context, req *registryv1.WithdrawVerificationRequest) (*registryv1.WithdrawVerificationResponse, error) {
	var c wire.Check
	out, _, err := v.act(ctx, req, verify.Step{Action: verify.Withdraw, Note: c.Text("note", req.GetNote(), verify.MaxText, !wire.Required)}, &c)
	if err != nil {
		return nil, err
	}
	return &registryv1.WithdrawVerificationResponse{Verification: v.proto(out)}, nil
}

// proposedOf reads the corrections of an answer; one that cannot be read refuses
// the answer with its own reason.
func proposedOf(in []*registryv1.ResidenceEvent) ([]core.Event, error) {
	var out []core.Event
	for i, p := range in {
		e, refusal, ok := eventOf("", p)
		if !ok {
			path := fmt.Sprintf("corrections[%d].%s", i, refusal.Column)
			if refusal.Fault == nil {
				return nil, wire.ErrFields.On(path, "不正确 wrong")
			}
			return nil, refusal.Fault.On(path, bilingual(refusal.Fault))
		}
		e.ID = ""
		out = append(out, e)
	}
	return out, nil
}

func bilingual(f *fault.Error) string { return f.Chinese + " " + f.Text }
