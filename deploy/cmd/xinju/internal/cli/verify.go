package cli

import (
	"fmt"
	"io"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

type verifyCmds struct {
	List     verifyList     `cmd:"" help:"列出协查。Verification requests."`
	Show     verifyShow     `cmd:"" help:"一件协查及其办理过程。One verification with its history."`
	Send     verifySend     `cmd:"" help:"向另一区划发起协查。Ask another division about a person."`
	Receive  verifyReceive  `cmd:"" help:"签收。Take a verification on."`
	Answer   verifyAnswer   `cmd:"" help:"答复，或要求补充材料。Answer, or ask for more."`
	Supply   verifySupply   `cmd:"" help:"补充材料。Give what was asked for."`
	Accept   verifyAccept   `cmd:"" help:"采信答复：其中的更正随即入库。Accept an answer: its corrections are recorded."`
	Dispute  verifyDispute  `cmd:"" help:"对答复提出异议，退回重办。Send an answer back."`
	Withdraw verifyWithdraw `cmd:"" help:"撤回协查。Take a question back."`
	Stats    verifyStats    `cmd:"" help:"反馈率与用时。Feedback rate and time."`
	Export   verifyExport   `cmd:"" help:"导出给另一系统的签名文件。A signed document for another installation."`
	Import   verifyImport   `cmd:"" help:"导入另一系统的签名文件。Take a document of another installation."`
	Key      verifyKey      `cmd:"" help:"本系统的公钥，供对方登记。The public key of this installation, for others to make known."`
	Peer     verifyPeerCmds `cmd:"" help:"与本系统互换文件的其他系统。Installations that documents are exchanged with."`
}

// Words for the codes of verifications.
var (
	verifyKinds = map[string]registryv1.VerificationKind{
		"identity": registryv1.VerificationKind_VERIFICATION_KIND_IDENTITY, "residence": registryv1.VerificationKind_VERIFICATION_KIND_RESIDENCE,
		"marital": registryv1.VerificationKind_VERIFICATION_KIND_MARITAL_CHILDBEARING, "vaccination": registryv1.VerificationKind_VERIFICATION_KIND_VACCINATION,
		"hukou": registryv1.VerificationKind_VERIFICATION_KIND_HUKOU, "other": registryv1.VerificationKind_VERIFICATION_KIND_OTHER,
	}
	questionNames = map[registryv1.VerificationKind]string{
		registryv1.VerificationKind_VERIFICATION_KIND_IDENTITY: "身份 identity", registryv1.VerificationKind_VERIFICATION_KIND_RESIDENCE: "居住 residence",
		registryv1.VerificationKind_VERIFICATION_KIND_MARITAL_CHILDBEARING: "婚育 marital", registryv1.VerificationKind_VERIFICATION_KIND_VACCINATION: "接种 vaccination",
		registryv1.VerificationKind_VERIFICATION_KIND_HUKOU: "户籍 hukou", registryv1.VerificationKind_VERIFICATION_KIND_OTHER: "其他 other",
	}
	standingNames = map[registryv1.VerificationStanding]string{
		registryv1.VerificationStanding_VERIFICATION_STANDING_IN_TIME: "按期反馈 in time", registryv1.VerificationStanding_VERIFICATION_STANDING_LATE: "逾期反馈 late",
		registryv1.VerificationStanding_VERIFICATION_STANDING_OPEN: "办理中 open", registryv1.VerificationStanding_VERIFICATION_STANDING_OVERDUE: "逾期未反馈 overdue",
		registryv1.VerificationStanding_VERIFICATION_STANDING_WITHDRAWN: "已撤回 withdrawn",
	}
	verifyStates = map[registryv1.VerificationState]string{
		registryv1.VerificationState_VERIFICATION_STATE_SENT: "已发出 sent", registryv1.VerificationState_VERIFICATION_STATE_RECEIVED: "已签收 received",
		registryv1.VerificationState_VERIFICATION_STATE_ANSWERED: "已答复 answered", registryv1.VerificationState_VERIFICATION_STATE_NEEDS_MORE: "待补充 needs more",
		registryv1.VerificationState_VERIFICATION_STATE_CLOSED: "已办结 closed", registryv1.VerificationState_VERIFICATION_STATE_DISPUTED: "有异议 disputed",
		registryv1.VerificationState_VERIFICATION_STATE_WITHDRAWN: "已撤回 withdrawn",
	}
	resultNames = map[registryv1.AnswerResult]string{
		registryv1.AnswerResult_ANSWER_RESULT_CONFIRMED: "属实 confirmed", registryv1.AnswerResult_ANSWER_RESULT_DENIED: "不属实 denied",
		registryv1.AnswerResult_ANSWER_RESULT_NOT_FOUND: "查无此人 not found", registryv1.AnswerResult_ANSWER_RESULT_NEED_MORE: "需补充 need more",
	}
	actionWords = map[registryv1.VerificationAction]string{
		registryv1.VerificationAction_VERIFICATION_ACTION_SEND: "发起 sent", registryv1.VerificationAction_VERIFICATION_ACTION_RECEIVE: "签收 received",
		registryv1.VerificationAction_VERIFICATION_ACTION_ANSWER: "答复 answered", registryv1.VerificationAction_VERIFICATION_ACTION_ASK_MORE: "要求补充 asked for more",
		registryv1.VerificationAction_VERIFICATION_ACTION_SUPPLY: "补充 supplied", registryv1.VerificationAction_VERIFICATION_ACTION_ACCEPT: "采信 accepted",
		registryv1.VerificationAction_VERIFICATION_ACTION_DISPUTE: "异议 disputed", registryv1.VerificationAction_VERIFICATION_ACTION_WITHDRAW: "撤回 withdrawn",
	}
)

// coded is a code for programs, its words for eyes; nil when absent.
func coded[E interface {
	~int32
	fmt.Stringer
}](v E, prefix string, names map[E]string) any {
	if v == 0 {
		return nil
	}
	key := strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(v.String(), prefix)), "_", "-")
	if name, ok := names[v]; ok {
		return cellOf(key, name)
	}
	return key
}

// about is the flags by which lists and numbers are narrowed.
type about struct {
	Asking   bool         `help:"按发起方统计，默认按协查方。By who asks; by who is asked by default."`
	Division divisionCode `placeholder:"CODE" help:"该区划及其下级。This division and everything below it."`
	Unit     string       `placeholder:"ID" help:"只看该机构。Only this unit."`
	From     day          `placeholder:"DATE" help:"发出日期自。Sent on or after."`
	Until    day          `placeholder:"DATE" help:"发出日期至。Sent on or before."`
}

func (f about) side() registryv1.VerificationSide {
	if f.Asking {
		return registryv1.VerificationSide_VERIFICATION_SIDE_ASKING
	}
	return registryv1.VerificationSide_VERIFICATION_SIDE_ASKED
}

type verifyList struct {
	connected
	listing
	about
	Standing string `enum:",in-time,late,open,overdue,withdrawn" default:"" placeholder:"WORD" help:"只列：in-time、late、open、overdue、withdrawn。Only those that count so."`
	Resident string `placeholder:"ID" help:"只列关于该居民的。Only about this resident."`
	Limit    int    `default:"50" placeholder:"N" help:"最多列出多少，0 为全部，默认 50。At most so many, 0 for all; 50 by default."`
}

// Run asks and prints.
func (c verifyList) Run(a *app) error {
	if err := checkLimit(c.Limit); err != nil {
		return err
	}
	standing := registryv1.VerificationStanding_value["VERIFICATION_STANDING_"+strings.ToUpper(strings.ReplaceAll(c.Standing, "-", "_"))]
	return c.dial(func(s *client.Suite) error {
		list, more, err := collect(c.Limit, func(size int32, token string) (page[*registryv1.Verification], error) {
			resp, err := s.Verifications.ListVerifications(a.ctx, &registryv1.ListVerificationsRequest{
				Side: c.side(), Division: string(c.Division), UnitId: c.Unit, SentFromDate: c.From.proto(), SentUntilDate: c.Until.proto(),
				Standing: registryv1.VerificationStanding(standing), ResidentId: c.Resident, PageSize: size, PageToken: token,
			})
			return page[*registryv1.Verification]{resp.GetVerifications(), resp.GetNextPageToken()}, err
		})
		if err != nil {
			return err
		}
		names := newDirectory(s)
		t := &show.Table{Columns: []show.Column{
			{Key: "verification_id", Title: "协查 Verification"},
			{Key: "kind", Title: "事项 Kind"},
			{Key: "asking", Title: "发起方 Asking"},
			{Key: "asked", Title: "协查方 Asked"},
			{Key: "state", Title: "状态 State"},
			{Key: "result", Title: "答复 Answer"},
			{Key: "sent_date", Title: "发出 Sent"},
			{Key: "deadline_date", Title: "期限 Deadline"},
			{Key: "standing", Title: "反馈 Standing"},
			{Key: "resident_id"},
		}}
		for _, v := range list {
			t.Add(v.GetVerificationId(), coded(v.GetKind(), "VERIFICATION_KIND_", questionNames), names.division(a.ctx, v.GetAsking().GetDivision()), names.division(a.ctx, v.GetAsked().GetDivision()),
				coded(v.GetState(), "VERIFICATION_STATE_", verifyStates), coded(v.GetResult(), "ANSWER_RESULT_", resultNames), dateText(v.GetSentDate()), dateText(v.GetDeadlineDate()),
				coded(v.GetStanding(), "VERIFICATION_STANDING_", standingNames), orNil(v.GetResidentId()))
		}
		if more {
			t.Note("还有更多 there are more: --limit 0")
		}
		return t.Write(a.Out, c.Output)
	})
}

type verifyShow struct {
	connected
	listing
	ID string `arg:"" help:"协查编号。Identifier of the verification."`
}

// Run asks and prints. The number of a document is never shown.
func (c verifyShow) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Verifications.GetVerification(a.ctx, &registryv1.GetVerificationRequest{VerificationId: c.ID})
		if err != nil {
			return err
		}
		return writeVerification(a, s, c.Output, resp.GetVerification())
	})
}

// writeVerification shows a verification with its history.
func writeVerification(a *app, s *client.Suite, format show.Format, v *registryv1.Verification) error {
	hideNumbers(v)
	if format == show.JSON {
		return show.Message(a.Out, v)
	}
	names := newDirectory(s)
	var b strings.Builder
	line := func(title string, value any) {
		if value == nil || value == "" {
			return
		}
		if c, ok := value.(show.Cell); ok {
			value = c.Shown
		}
		fmt.Fprintf(&b, "%s%s%v\n", title, strings.Repeat(" ", max(1, 20-show.Width(title))), show.Printable(fmt.Sprint(value)))
	}
	if format != show.CSV {
		line("协查 Verification", v.GetVerificationId())
		line("居民 Resident", v.GetResidentId())
		line("事项 Kind", coded(v.GetKind(), "VERIFICATION_KIND_", questionNames))
		line("问题 Question", v.GetQuestion())
		line("发起方 Asking", names.division(a.ctx, v.GetAsking().GetDivision()))
		line("协查方 Asked", names.division(a.ctx, v.GetAsked().GetDivision()))
		line("状态 State", coded(v.GetState(), "VERIFICATION_STATE_", verifyStates))
		line("答复 Answer", coded(v.GetResult(), "ANSWER_RESULT_", resultNames))
		line("期限 Deadline", dateText(v.GetDeadlineDate()))
		line("反馈 Standing", coded(v.GetStanding(), "VERIFICATION_STANDING_", standingNames))
		line("另一系统 Peer", v.GetPeer())
		b.WriteByte('\n')
	}
	if _, err := io.WriteString(a.Out, b.String()); err != nil {
		return err
	}
	t := &show.Table{Columns: []show.Column{
		{Key: "number", Title: "序 No", Right: true},
		{Key: "step_time", Title: "时间 Time"},
		{Key: "action", Title: "步骤 Step"},
		{Key: "by", Title: "经办 By"},
		{Key: "result", Title: "答复 Answer"},
		{Key: "note", Title: "说明 Note"},
		{Key: "corrections", Title: "更正 Corrections", Right: true},
	}}
	for _, p := range v.GetSteps() {
		t.Add(p.GetNumber(), p.GetStepTime().AsTime().Format("2006-01-02T15:04:05Z"), coded(p.GetAction(), "VERIFICATION_ACTION_", actionWords), p.GetBy(),
			coded(p.GetResult(), "ANSWER_RESULT_", resultNames), orNil(p.GetNote()), len(p.GetCorrections()))
	}
	return t.Write(a.Out, format)
}

// hideNumbers takes the numbers of documents out of what is shown.
func hideNumbers(v *registryv1.Verification) {
	mask := func(d *registryv1.Document) {
		if d != nil {
			d.Number = hidden
		}
	}
	mask(v.GetDocument())
	for _, s := range v.GetSteps() {
		for _, e := range s.GetCorrections() {
			mask(e.GetDocument())
			mask(e.GetMotherDocument())
			mask(e.GetOtherDocument())
		}
	}
}

type verifyStats struct {
	connected
	listing
	about
}

// Run asks and prints.
func (c verifyStats) Run(a *app) error {
	return c.dial(func(s *client.Suite) error {
		resp, err := s.Verifications.GetVerificationStats(a.ctx, &registryv1.GetVerificationStatsRequest{
			Side: c.side(), Division: string(c.Division), UnitId: c.Unit, SentFromDate: c.From.proto(), SentUntilDate: c.Until.proto(),
		})
		if err != nil {
			return err
		}
		n := resp.GetStats()
		t := &show.Table{Columns: []show.Column{
			{Key: "sent", Title: "发出 Sent", Right: true},
			{Key: "in_time", Title: "按期 In time", Right: true},
			{Key: "late", Title: "逾期反馈 Late", Right: true},
			{Key: "open", Title: "办理中 Open", Right: true},
			{Key: "overdue", Title: "逾期未反馈 Overdue", Right: true},
			{Key: "withdrawn", Title: "撤回 Withdrawn", Right: true},
			{Key: "feedback_rate", Title: "反馈率 Feedback", Right: true},
			{Key: "median_days", Title: "中位天数 Median", Right: true},
			{Key: "p90_days", Title: "九成天数 P90", Right: true},
		}}
		var rate, median, p90 any
		if n.FeedbackRate != nil {
			rate = cellOf(n.GetFeedbackRate(), fmt.Sprintf("%.1f %%", 100*n.GetFeedbackRate()))
		}
		if n.MedianDays != nil {
			median, p90 = n.GetMedianDays(), n.GetP90Days()
		}
		t.Add(n.GetSent(), n.GetInTime(), n.GetLate(), n.GetOpen(), n.GetOverdue(), n.GetWithdrawn(), rate, median, p90)
		return t.Write(a.Out, c.Output)
	})
}
