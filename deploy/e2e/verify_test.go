package e2e_test

import (
	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// answeredFromElsewhere asks another division about somebody who left unseen.
// What it proposes changes nothing before it is accepted.
func answeredFromElsewhere(p *play) {
	who := citizen(40, "1990-02-03", 2)
	id := p.record(police, arrives(who, "上官协查", "1990-02-03", 2, here, "三路3号", "2025-01-05"))[0]
	p.wanted.Residents, p.wanted.Documents = []string{id}, []*registryv1.Document{who}
	p.wanted.Days = p.wanted.Days[:1]
	before, counted := p.everything(), p.number("EHR03").GetEligible()
	if p.listed("EHR03", aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE)[id] != 1 {
		p.Fatal("who is asked about is not counted: nothing is tried")
	}
	ctx, desk := p.Context(), p.to.Verifications
	sent, err := desk.SendVerification(ctx, &registryv1.SendVerificationRequest{Verification: &registryv1.Verification{
		ResidentId: id, Kind: registryv1.VerificationKind_VERIFICATION_KIND_RESIDENCE, Question: "是否仍在本地居住", SentBy: "E-007",
		Asking: &registryv1.VerificationParty{Division: here[:6] + "000000"}, Asked: &registryv1.VerificationParty{Division: "990201000000"},
	}})
	if err != nil {
		p.Fatal(err)
	}
	v := sent.GetVerification()
	received, err := desk.ReceiveVerification(ctx, &registryv1.ReceiveVerificationRequest{VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "W-001"})
	if err != nil {
		p.Fatal(err)
	}
	answered, err := desk.AnswerVerification(ctx, &registryv1.AnswerVerificationRequest{
		VerificationId: v.GetVerificationId(), Etag: received.GetVerification().GetEtag(), By: "W-002", Result: registryv1.AnswerResult_ANSWER_RESULT_DENIED,
		Corrections: []*registryv1.ResidenceEvent{{Type: registryv1.EventType_EVENT_TYPE_LEAVE, EffectiveDate: on("2026-05-20")}},
	})
	if err != nil {
		p.Fatal(err)
	}
	p.same("answered and not yet accepted", before, p.everything())

	accepted, err := desk.AcceptAnswer(ctx, &registryv1.AcceptAnswerRequest{VerificationId: v.GetVerificationId(), Etag: answered.GetVerification().GetEtag(), By: "E-007"})
	if err != nil || accepted.GetVerification().GetState() != registryv1.VerificationState_VERIFICATION_STATE_CLOSED {
		p.Fatalf("accepted: %v, %v", accepted.GetVerification().GetState(), err)
	}
	p.settle()
	if now := p.number("EHR03").GetEligible(); now != counted-1 || p.listed("EHR03", aggregatorv1.MemberSet_MEMBER_SET_ELIGIBLE)[id] != 0 {
		p.Errorf("%d are counted after somebody left, before %d", now, counted)
	}
	left := p.resident(&registryv1.GetResidentRequest{ResidentId: id}).GetResidences()[0].GetLeftDate()
	if left.GetMonth() != 5 || left.GetDay() != 20 {
		p.Errorf("the stay ends on %v", left)
	}
}
