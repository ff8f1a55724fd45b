package registry_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/civil"
)

const (
	confirmed = registryv1.AnswerResult_ANSWER_RESULT_CONFIRMED
	denied    = registryv1.AnswerResult_ANSWER_RESULT_DENIED
	needMore  = registryv1.AnswerResult_ANSWER_RESULT_NEED_MORE
)

func TestAnAnswerChangesNothingBeforeItIsAccepted(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		who := create(t, d.suite, woman, "王小红")
		v := d.send(t, question(who.GetResidentId()))
		if v.GetDeadlineDate().GetDay() != 23 || v.GetDeadlineBasis() != "sourced" { // the dragon boat festival is between
			t.Errorf("deadline %v, %s", v.GetDeadlineDate(), v.GetDeadlineBasis())
		}
		head := d.head(t)
		d.clock.Set(civil.Must("2026-06-16"))
		v = d.receive(t, v)
		d.clock.Set(civil.Must("2026-06-17"))
		v = d.answer(t, v, denied, leave("2026-06-01"))
		if before := d.resident(t, who.GetResidentId()); cmp.Diff(who, before, protocmp.Transform()) != "" || d.head(t) != head {
			t.Error("the answer changed something")
		}
		d.clock.Set(civil.Must("2026-06-18"))
		req := &registryv1.AcceptAnswerRequest{VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "E-007", RequestId: "accept"}
		out, err := d.AcceptAnswer(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		if len(out.GetOutcomes()) != 1 || out.GetOutcomes()[0].GetOutcome() != registryv1.RowOutcome_ROW_OUTCOME_UPDATED {
			t.Errorf("outcomes %v", out.GetOutcomes())
		}
		after := d.resident(t, who.GetResidentId())
		if left := after.GetResidences()[0].GetLeftDate(); left.GetDay() != 1 || d.head(t) == head {
			t.Errorf("after the acceptance the stay ends on %v", left)
		}
		v = out.GetVerification()
		var actions []string
		for _, s := range v.GetSteps() {
			actions = append(actions, fmt.Sprintf("%d %s %s", s.GetNumber(), s.GetBy(), s.GetStepTime().AsTime().Format("01-02")))
		}
		if d := cmp.Diff([]string{"1 E-007 06-15", "2 W-001 06-16", "3 W-002 06-17", "4 E-007 06-18"}, actions); d != "" {
			t.Error(d)
		}
		events, err := d.ListResidenceEvents(t.Context(), &registryv1.ListResidenceEventsRequest{ResidentId: who.GetResidentId()})
		if err != nil {
			t.Fatal(err)
		}
		recorded := v.GetSteps()[3].GetRecordedEventIds()
		if len(recorded) != 1 || !slices.ContainsFunc(events.GetEvents(), func(e *registryv1.RecordedEvent) bool {
			return e.GetEvent().GetEventId() == recorded[0] && e.GetSender() == "desk"
		}) {
			t.Errorf("the history names %v", recorded)
		}
		again, err := d.AcceptAnswer(t.Context(), req)
		if err != nil || cmp.Diff(v, again.GetVerification(), protocmp.Transform()) != "" || d.head(t) != head+int64(1) {
			t.Errorf("a retry: %v, head %d after %d", err, d.head(t), head)
		}
		if v.GetStanding() != registryv1.VerificationStanding_VERIFICATION_STANDING_IN_TIME || v.GetAnsweredDate().GetDay() != 17 {
			t.Errorf("it counts as %s, answered %v", v.GetStanding(), v.GetAnsweredDate())
		}
	})
}

func TestARefusedCorrectionRefusesTheAcceptanceAndADisputeReopens(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		who := create(t, d.suite, woman, "王小红")
		v := d.answer(t, d.receive(t, d.send(t, question(who.GetResidentId()))), denied,
			leave("2026-06-01"), &registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_MOVE, EffectiveDate: day("2026-06-02"), Division: "990199001001"})
		head := d.head(t)
		accept := &registryv1.AcceptAnswerRequest{VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "E-007"}
		if _, err := d.AcceptAnswer(t.Context(), accept); reason(err) != "DIVISION_UNKNOWN" {
			t.Fatalf("accepted: %v", err)
		}
		got, err := d.GetVerification(t.Context(), &registryv1.GetVerificationRequest{VerificationId: v.GetVerificationId()})
		if err != nil || cmp.Diff(v, got.GetVerification(), protocmp.Transform()) != "" || d.head(t) != head || d.resident(t, who.GetResidentId()).GetResidences()[0].GetLeftDate() != nil {
			t.Fatalf("a refused acceptance changed something: %v", err)
		}
		disputed, err := d.DisputeAnswer(t.Context(), &registryv1.DisputeAnswerRequest{VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "E-007", Note: "区划代码不存在"})
		if err != nil {
			t.Fatal(err)
		}
		v = d.answer(t, disputed.GetVerification(), confirmed)
		accept.Etag = v.GetEtag()
		out, err := d.AcceptAnswer(t.Context(), accept)
		if err != nil || len(out.GetOutcomes()) != 0 || d.head(t) != head || out.GetVerification().GetState() != registryv1.VerificationState_VERIFICATION_STATE_CLOSED {
			t.Errorf("an answer without corrections: %v, %v", out, err)
		}
		if _, err := d.DisputeAnswer(t.Context(), &registryv1.DisputeAnswerRequest{VerificationId: v.GetVerificationId(), Etag: out.GetVerification().GetEtag(), By: "E-007", Note: "再议"}); reason(err) != "VERIFICATION_STATE_WRONG" {
			t.Errorf("disputing what is closed: %v", err)
		}
	})
}

func TestAPersonUnknownHereArrivesByTheAnswer(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		q := question("")
		q.Document = citizen(man)
		v := d.answer(t, d.receive(t, d.send(t, q)), confirmed,
			&registryv1.ResidenceEvent{Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: day("2026-03-01"), Division: west, Name: "李大海"})
		out, err := d.AcceptAnswer(t.Context(), &registryv1.AcceptAnswerRequest{VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "E-007"})
		if err != nil {
			t.Fatal(err)
		}
		id := out.GetVerification().GetResidentId()
		if r := d.resident(t, id); r.GetName() != "李大海" || r.GetResidences()[0].GetDivision() != west {
			t.Errorf("arrived: %v", r)
		}
		// Who is known is found by the document.
		if v := d.send(t, q); v.GetResidentId() != id {
			t.Errorf("the next question is about %q", v.GetResidentId())
		}
	})
}

func TestMoreIsAskedAndSupplied(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		who := create(t, d.suite, woman, "王小红")
		v := d.answer(t, d.receive(t, d.send(t, question(who.GetResidentId()))), needMore)
		if v.GetState() != registryv1.VerificationState_VERIFICATION_STATE_NEEDS_MORE || v.GetAnsweredDate() != nil {
			t.Fatalf("it stands %v", v)
		}
		d.clock.Set(civil.Must("2026-06-29"))
		out, err := d.SupplyVerification(t.Context(), &registryv1.SupplyVerificationRequest{VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "E-007", Note: "见附件"})
		if err != nil {
			t.Fatal(err)
		}
		if v := out.GetVerification(); v.GetState() != registryv1.VerificationState_VERIFICATION_STATE_RECEIVED || v.GetDeadlineDate().GetMonth() != 7 || v.GetDeadlineDate().GetDay() != 6 || v.GetSteps()[3].GetDeadlineDate() == nil {
			t.Errorf("afterwards: %v", v)
		}
	})
}

func TestWhatCannotBeAskedOrDoneIsRefused(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		who := create(t, d.suite, woman, "王小红")
		for name, c := range map[string]struct {
			change func(*registryv1.Verification)
			want   string
		}{
			"about nobody":        {func(v *registryv1.Verification) { v.ResidentId = "" }, "FIELD_INVALID"},
			"about a stranger":    {func(v *registryv1.Verification) { v.ResidentId = "01JZ8M3Q4R5S6T7V8W9X0Y1Z2A" }, "RESIDENT_NOT_FOUND"},
			"of oneself":          {func(v *registryv1.Verification) { v.Asked = v.Asking }, "VERIFICATION_ONESELF"},
			"of nowhere":          {func(v *registryv1.Verification) { v.Asked.Division = "990199000000" }, "DIVISION_NOT_FOUND"},
			"of no unit":          {func(v *registryv1.Verification) { v.Asked.UnitId = "01JZ8M3Q4R5S6T7V8W9X0Y1Z2A" }, "UNIT_NOT_FOUND"},
			"without a question":  {func(v *registryv1.Verification) { v.Question = " " }, "FIELD_INVALID"},
			"for too long":        {func(v *registryv1.Verification) { v.WorkingDays = 61 }, "FIELD_INVALID"},
			"with a bad digest":   {func(v *registryv1.Verification) { v.Evidence[0].Digest = "ab" }, "FIELD_INVALID"},
			"by a damaged number": {func(v *registryv1.Verification) { v.Document = citizen("990101198811120062") }, "DOCUMENT_CHECK_DIGIT"},
		} {
			q := question(who.GetResidentId())
			c.change(q)
			_, err := d.SendVerification(t.Context(), &registryv1.SendVerificationRequest{Verification: q})
			if got := reason(err); got != c.want && !(c.want == "DOCUMENT_CHECK_DIGIT" && err != nil && got != "FIELD_INVALID") {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		v := d.send(t, question(who.GetResidentId()))
		id := v.GetVerificationId()
		if _, err := d.ReceiveVerification(t.Context(), &registryv1.ReceiveVerificationRequest{VerificationId: id, Etag: "7", By: "W-001"}); reason(err) != "VERIFICATION_CHANGED" {
			t.Errorf("with an etag of before: %v", err)
		}
		if _, err := d.AnswerVerification(t.Context(), &registryv1.AnswerVerificationRequest{VerificationId: id, Etag: v.GetEtag(), By: "W-001", Result: confirmed}); reason(err) != "VERIFICATION_STATE_WRONG" {
			t.Errorf("an answer before it was received: %v", err)
		}
		v = d.receive(t, v)
		for name, e := range map[string]*registryv1.ResidenceEvent{
			"of another person": {Type: registryv1.EventType_EVENT_TYPE_LEAVE, EffectiveDate: day("2026-06-01"), ResidentId: "01JZ8M3Q4R5S6T7V8W9X0Y1Z2A"},
			"a void":            {Type: registryv1.EventType_EVENT_TYPE_VOID, EffectiveDate: day("2026-06-01"), ReplacesEventId: "x"},
			"a merge":           {Type: registryv1.EventType_EVENT_TYPE_MERGE, EffectiveDate: day("2026-06-01"), OtherDocument: citizen(man)},
		} {
			_, err := d.AnswerVerification(t.Context(), &registryv1.AnswerVerificationRequest{VerificationId: id, Etag: v.GetEtag(), By: "W-001", Result: confirmed, Corrections: []*registryv1.ResidenceEvent{e}})
			if reason(err) != "VERIFICATION_CORRECTION" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Every number is the length of its list, and the lists part all that was sent.
func TestEveryNumberIsTheLengthOfItsList(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		random := rand.New(rand.NewPCG(11, 4))
		who := create(t, d.suite, woman, "王小红").GetResidentId()
		standing := map[string]registryv1.VerificationStanding{}
		now := civil.Must("2026-05-06")
		for n := range 30 {
			d.clock.Set(now.AddDays(n))
			q := question(who)
			if n%3 == 0 {
				q.Asking, q.Asked = q.Asked, q.Asking
			}
			q.WorkingDays = int32(1 + random.IntN(15))
			v := d.send(t, q)
			if random.IntN(3) > 0 {
				v = d.receive(t, v)
				d.clock.Set(now.AddDays(n + random.IntN(20)))
				switch random.IntN(4) {
				case 0, 1:
					d.answer(t, v, confirmed)
				case 2:
					d.answer(t, v, needMore)
				}
			} else if random.IntN(3) == 0 {
				if _, err := d.WithdrawVerification(t.Context(), &registryv1.WithdrawVerificationRequest{VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "E-007"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		d.clock.Set(now.AddDays(32))
		seen := map[registryv1.VerificationStanding]int{}
		for _, c := range []struct {
			name string
			req  *registryv1.GetVerificationStatsRequest
		}{
			{"all", &registryv1.GetVerificationStatsRequest{}},
			{"a county that is asked", &registryv1.GetVerificationStatsRequest{Division: wholeArea}},
			{"a township that is asked", &registryv1.GetVerificationStatsRequest{Division: westTown}},
			{"a township that asks", &registryv1.GetVerificationStatsRequest{Division: westTown, Side: registryv1.VerificationSide_VERIFICATION_SIDE_ASKING}},
			{"a fortnight", &registryv1.GetVerificationStatsRequest{SentFromDate: day("2026-05-10"), SentUntilDate: day("2026-05-23")}},
			{"a day before all", &registryv1.GetVerificationStatsRequest{SentUntilDate: day("2026-05-01")}},
		} {
			resp, err := d.GetVerificationStats(t.Context(), c.req)
			if err != nil {
				t.Fatal(err)
			}
			s := resp.GetStats()
			sum := int64(0)
			for k, n := range map[registryv1.VerificationStanding]int64{
				registryv1.VerificationStanding_VERIFICATION_STANDING_IN_TIME: s.GetInTime(), registryv1.VerificationStanding_VERIFICATION_STANDING_LATE: s.GetLate(),
				registryv1.VerificationStanding_VERIFICATION_STANDING_OPEN: s.GetOpen(), registryv1.VerificationStanding_VERIFICATION_STANDING_OVERDUE: s.GetOverdue(),
				registryv1.VerificationStanding_VERIFICATION_STANDING_WITHDRAWN: s.GetWithdrawn(),
			} {
				list := d.list(t, c.req, k)
				for _, v := range list {
					if v.GetStanding() != k || standing[v.GetVerificationId()] != 0 && standing[v.GetVerificationId()] != k {
						t.Errorf("%s: one that stands %s is listed under %s", c.name, v.GetStanding(), k)
					}
					standing[v.GetVerificationId()] = k
				}
				if int64(len(list)) != n {
					t.Errorf("%s: %s says %d, the list has %d", c.name, k, n, len(list))
				}
				sum += n
				seen[k] += len(list)
			}
			if all := d.list(t, c.req, 0); sum != s.GetSent() || int64(len(all)) != sum {
				t.Errorf("%s: %d sent, %d in the lists, %d in the list of all", c.name, s.GetSent(), sum, len(all))
			}
			if (s.FeedbackRate != nil) != (s.GetDue() > 0) || s.GetDue() > 0 && s.GetFeedbackRate() != float64(s.GetInTime()+s.GetLate())/float64(s.GetDue()) {
				t.Errorf("%s: feedback rate %v of %d due", c.name, s.FeedbackRate, s.GetDue())
			}
			if (s.MedianDays != nil) != (s.GetInTime()+s.GetLate() > 0) || s.GetMedianDays() > s.GetP90Days() {
				t.Errorf("%s: median %v, p90 %v", c.name, s.MedianDays, s.P90Days)
			}
		}
		if len(seen) != 5 || slices.Contains([]int{seen[1], seen[2], seen[3], seen[4], seen[5]}, 0) {
			t.Errorf("the walk missed a standing: %v", seen)
		}
	})
}

func (d *desk) list(t *testing.T, f *registryv1.GetVerificationStatsRequest, k registryv1.VerificationStanding) (out []*registryv1.Verification) {
	t.Helper()
	req := &registryv1.ListVerificationsRequest{Side: f.GetSide(), Division: f.GetDivision(), UnitId: f.GetUnitId(), SentFromDate: f.GetSentFromDate(), SentUntilDate: f.GetSentUntilDate(), Standing: k, PageSize: 4}
	for n := 0; n == 0 || req.GetPageToken() != ""; n++ {
		resp, err := d.ListVerifications(t.Context(), req)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, resp.GetVerifications()...)
		req.PageToken = resp.GetNextPageToken()
	}
	return out
}
