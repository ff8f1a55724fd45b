package rpc

import (
	"fmt"
	"regexp"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/proto"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/wire"
	"xinju.dev/services/registry/internal/core"
	"xinju.dev/services/registry/internal/verify"
)

// acting is what the requests of all steps have in common.
type acting interface {
	proto.Message
	GetVerificationId() string
	GetEtag() string
	GetBy() string
	GetRequestId() string
}

// filtering is what lists and counts have in common.
type filtering interface {
	GetSide() registryv1.VerificationSide
	GetDivision() string
	GetUnitId() string
	GetSentFromDate() *date.Date
	GetSentUntilDate() *date.Date
}

func filterOf(c *wire.Check, req filtering) verify.Filter {
	return verify.Filter{
		Side:     verify.Side(c.Enum("side", int32(req.GetSide()), registryv1.VerificationSide_name, !wire.Required)),
		Division: c.Division("division", req.GetDivision(), !wire.Required),
		Unit:     c.ID("unit_id", req.GetUnitId(), !wire.Required),
		From:     c.Date("sent_from_date", req.GetSentFromDate(), !wire.Required),
		Until:    c.Date("sent_until_date", req.GetSentUntilDate(), !wire.Required),
	}
}

// questionOf reads what a caller may say of a verification. It fails with
// FIELD_INVALID, VERIFICATION_ONESELF and why a document is not valid.
func questionOf(in *registryv1.Verification) (q verify.Question, by string, err error) {
	c := wire.At("verification")
	q = verify.Question{
		ResidentID: c.ID("resident_id", in.GetResidentId(), !wire.Required),
		Kind:       verify.Kind(c.Enum("kind", int32(in.GetKind()), registryv1.VerificationKind_name, wire.Required)),
		Text:       c.Text("question", in.GetQuestion(), verify.MaxText, wire.Required),
		Evidence:   evidenceOf(c, "evidence", in.GetEvidence()),
		Asking:     partyOf(c, "asking", in.GetAsking()), Asked: partyOf(c, "asked", in.GetAsked()),
		WorkingDays: c.Range("working_days", in.GetWorkingDays(), 0, verify.MaxDays),
	}
	by = c.Text("sent_by", in.GetSentBy(), 32, wire.Required)
	if q.ResidentID == "" && in.GetDocument() == nil {
		c.Refuse("resident_id", "resident_id 与 document 须有一 one of resident_id and document is required")
	}
	if err := c.Err(); err != nil {
		return q, by, err
	}
	if q.WorkingDays == 0 {
		q.WorkingDays = verify.DefaultDays
	}
	if q.Asking == q.Asked {
		return q, by, verify.ErrOneself
	}
	if in.GetDocument() != nil {
		doc, why := documentOf(in.GetDocument())
		if why != nil {
			return q, by, why.On("verification.document", bilingual(why))
		}
		q.Document = doc
	}
	return q, by, nil
}

func partyOf(c *wire.Check, path string, in *registryv1.VerificationParty) verify.Party {
	return verify.Party{Division: c.Division(path+".division", in.GetDivision(), wire.Required), Unit: c.ID(path+".unit_id", in.GetUnitId(), !wire.Required)}
}

var sha256Form = regexp.MustCompile(`^([0-9a-f]{64})?$`)

func evidenceOf(c *wire.Check, path string, in []*registryv1.VerificationEvidence) []verify.Evidence {
	var out []verify.Evidence
	if len(in) > verify.MaxList {
		c.Refuse(path, "最多20项 at most 20")
		return nil
	}
	for i, e := range in {
		at := fmt.Sprintf("%s[%d]", path, i)
		if !sha256Form.MatchString(e.GetDigest()) {
			c.Refuse(at+".digest", "须为64位十六进制小写 64 lower-case hexadecimal digits")
		}
		out = append(out, verify.Evidence{
			Kind: c.Text(at+".kind", e.GetKind(), 32, wire.Required), Text: c.Text(at+".text", e.GetText(), 200, !wire.Required), Digest: e.GetDigest(),
		})
	}
	return out
}

func (v *Verifications) proto(in verify.Verification) *registryv1.Verification {
	today := civil.DateOf(v.now())
	return &registryv1.Verification{
		VerificationId: in.ID, ResidentId: in.ResidentID, Document: documentProto(in.Document), Kind: registryv1.VerificationKind(in.Kind),
		Question: in.Text, Evidence: evidenceProto(in.Evidence), Asking: partyProto(in.Asking), Asked: partyProto(in.Asked),
		WorkingDays: int32(in.WorkingDays), SentBy: sentBy(in), State: registryv1.VerificationState(in.State), Result: registryv1.AnswerResult(in.Result),
		Standing: registryv1.VerificationStanding(in.Standing(today)), SentDate: wire.DateProto(in.Sent), DeadlineDate: wire.DateProto(in.Deadline),
		DeadlineBasis: v.cal.Basis(in.Sent, in.Deadline).String(), AnsweredDate: wire.DateProto(in.Answered), Peer: in.Peer, FromPeer: in.FromPeer,
		Steps: stepsProto(in.Steps), Etag: etag(in.Version), CreateTime: wire.TimeProto(in.Created), UpdateTime: wire.TimeProto(in.Updated),
	}
}

func sentBy(in verify.Verification) string {
	if len(in.Steps) == 0 {
		return ""
	}
	return in.Steps[0].By
}

func partyProto(p verify.Party) *registryv1.VerificationParty {
	return &registryv1.VerificationParty{Division: p.Division, UnitId: p.Unit}
}

func evidenceProto(in []verify.Evidence) (out []*registryv1.VerificationEvidence) {
	for _, e := range in {
		out = append(out, &registryv1.VerificationEvidence{Kind: e.Kind, Text: e.Text, Digest: e.Digest})
	}
	return out
}

func stepsProto(in []verify.Step) (out []*registryv1.VerificationStep) {
	for _, s := range in {
		step := &registryv1.VerificationStep{
			Number: int32(s.Number), Action: registryv1.VerificationAction(s.Action), By: s.By, StepTime: wire.TimeProto(s.Time), Note: s.Note,
			Result: registryv1.AnswerResult(s.Result), Evidence: evidenceProto(s.Evidence), RecordedEventIds: s.EventIDs, DeadlineDate: wire.DateProto(s.Deadline),
		}
		for _, e := range s.Corrections {
			step.Corrections = append(step.Corrections, eventProto(e))
		}
		out = append(out, step)
	}
	return out
}

// stepsOf reads the steps of another installation's account.
func stepsOf(in []*registryv1.VerificationStep) ([]verify.Step, error) {
	var c wire.Check
	var out []verify.Step
	for i, s := range in {
		at := fmt.Sprintf("steps[%d]", i)
		step := verify.Step{
			Action: verify.Action(c.Enum(at+".action", int32(s.GetAction()), registryv1.VerificationAction_name, wire.Required)),
			By:     c.Text(at+".by", s.GetBy(), 32, wire.Required), Time: c.Time(at+".step_time", s.GetStepTime(), wire.Required),
			Note:     c.Text(at+".note", s.GetNote(), verify.MaxText, !wire.Required),
			Result:   verify.Result(c.Enum(at+".result", int32(s.GetResult()), registryv1.AnswerResult_name, s.GetAction() == registryv1.VerificationAction_VERIFICATION_ACTION_ANSWER)),
			Evidence: evidenceOf(&c, at+".evidence", s.GetEvidence()),
		}
		var err error
		if step.Corrections, err = proposedOf(s.GetCorrections()); err != nil {
			return nil, err
		}
		for _, e := range step.Corrections {
			if local(e) {
				return nil, verify.ErrCorrects.On("corrections", "含有另一系统的居民编号 holds identifiers of another installation")
			}
		}
		out = append(out, step)
	}
	return out, c.Err()
}

// local reports that an event names persons by identifiers that mean nothing here.
func local(e core.Event) bool {
	return e.ResidentID != "" || e.MotherResidentID != "" || e.OtherResidentID != ""
}
