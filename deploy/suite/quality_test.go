package suite_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	archivev1 "xinju.dev/api/gen/xinju/archive/v1"
	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/synthetic"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/wire"
)

const (
	eastTown, westTown       = "990201001000", "990201002000"
	eastVillage, westVillage = "990201001001", "990201002001"
)

// quality is a county of two townships in a suite that runs: the registry with its
// search for duplicates and its verifications, an archive, the aggregator.
type quality struct {
	t      *testing.T
	to     *client.Suite
	clinic string
}

func (q *quality) must(err error) {
	q.t.Helper()
	if err != nil {
		q.t.Fatal(err)
	}
}

func (q *quality) places() {
	q.t.Helper()
	level := func(code, name, parent string, l registryv1.DivisionLevel) *registryv1.Division {
		return &registryv1.Division{DivisionCode: code, Name: name, ParentCode: parent, Level: l}
	}
	_, err := q.to.Places.BatchCreateDivisions(q.t.Context(), &registryv1.BatchCreateDivisionsRequest{Divisions: []*registryv1.Division{
		level("990000000000", "示例省", "", registryv1.DivisionLevel_DIVISION_LEVEL_PROVINCE),
		level("990200000000", "示例市", "990000000000", registryv1.DivisionLevel_DIVISION_LEVEL_PREFECTURE),
		level("990201000000", "示例县", "990200000000", registryv1.DivisionLevel_DIVISION_LEVEL_COUNTY),
		level(eastTown, "东街道", "990201000000", registryv1.DivisionLevel_DIVISION_LEVEL_TOWNSHIP),
		level(westTown, "西街道", "990201000000", registryv1.DivisionLevel_DIVISION_LEVEL_TOWNSHIP),
		level(eastVillage, "东一村", eastTown, registryv1.DivisionLevel_DIVISION_LEVEL_VILLAGE),
		level("990201001002", "东二村", eastTown, registryv1.DivisionLevel_DIVISION_LEVEL_VILLAGE),
		level(westVillage, "西一村", westTown, registryv1.DivisionLevel_DIVISION_LEVEL_VILLAGE),
	}})
	q.must(err)
	units, err := q.to.Places.BatchCreateUnits(q.t.Context(), &registryv1.BatchCreateUnitsRequest{Units: []*registryv1.Unit{
		{Name: "东街道卫生院", Kind: 2, Division: eastTown, ManagedVillages: []*registryv1.ManagedVillage{{Division: eastVillage}}},
	}})
	q.must(err)
	q.clinic = units.GetUnits()[0].GetUnitId()
}

// citizenOf is the number of the n-th invented person.
func citizenOf(n int) (number string, birth civil.Date) {
	birth = civil.Must("1970-01-01").AddDays(n * 97)
	for _, check := range "0123456789X" {
		if number = fmt.Sprintf("990201%08d%03d%c", birth.YYYYMMDD(), n*2+1, check); valid(number) {
			break
		}
	}
	return number, birth
}

func valid(number string) bool {
	_, err := ident.ParseCitizen(number)
	return err == nil
}

// feed imports a file of a public-security system: 40 people in each township. In
// the east one of them has two stays at once, and another was registered a second
// time under another kind of document; in the west every second one has no reason
// of residence.
func (q *quality) feed() {
	q.t.Helper()
	family, given := []rune("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章"), []string{"建国", "秀英"}
	lines := []string{strings.Join(synthetic.Header, ",")}
	row := func(id, kind, number, name string, birth civil.Date, village, arrived, reason, phone string) {
		lines = append(lines, strings.Join([]string{
			id, "居住登记", arrived, kind, number, name, "男", birth.String(), "汉族", "", "340101", village, "幸福路" + id + "号", arrived, reason, phone, "", "", "",
		}, ","))
	}
	for i := range 80 {
		number, birth := citizenOf(i)
		name, village, reason := string(family[i%40])+given[i/40], eastVillage, "务工"
		if i >= 40 {
			village = westVillage
			if i%2 == 1 {
				reason = ""
			}
		}
		phone := fmt.Sprintf("139%08d", 7919*(i+1))
		row(fmt.Sprintf("P%03d", i), "居民身份证", number, name, birth, village, "2026-01-10", reason, phone)
		switch i {
		case 3:
			row("DOUBLE", "其他", number, name, birth, village, "2026-01-12", reason, phone)
		case 5:
			row("OVERLAP", "居民身份证", number, name, birth, "990201001002", "2026-02-10", reason, phone)
		}
	}
	text, err := simplifiedchinese.GB18030.NewEncoder().String(strings.Join(lines, "\n") + "\n")
	q.must(err)
	file := filepath.Join(q.t.TempDir(), "feed.csv")
	q.must(os.WriteFile(file, []byte(text), 0o600))
	batch, err := loader.Upload(q.t.Context(), q.to, file)
	q.must(err)
	q.until("the import", func() bool {
		got, err := q.to.Feed.GetFeedBatch(q.t.Context(), &registryv1.GetFeedBatchRequest{BatchId: batch.GetBatchId()})
		q.must(err)
		batch = got.GetBatch()
		return batch.GetOperation().GetState() == typev1.OperationState_OPERATION_STATE_SUCCEEDED
	})
	if c := batch.GetCounts(); c.GetRefused() > 0 || c.GetCreated() != 81 || c.GetNeedsReview() != 1 {
		q.t.Fatalf("the rows came to %v", c)
	}
}

// until waits for what happens in the background.
func (q *quality) until(what string, done func() bool) {
	q.t.Helper()
	for end := time.Now().Add(time.Minute); !done(); {
		if time.Now().After(end) {
			q.t.Fatalf("waited in vain for %s", what)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-q.t.Context().Done():
			q.t.Fatal(q.t.Context().Err())
		}
	}
}

// settled waits until the search for duplicates has seen everything and the
// aggregator has taken in what came of it.
func (q *quality) settled() {
	q.t.Helper()
	q.until("the search", func() bool {
		p, err := q.to.Review.GetMatchProgress(q.t.Context(), &registryv1.GetMatchProgressRequest{})
		q.must(err)
		return p.GetPosition() == p.GetHead() && p.GetHead() > 0
	})
	q.must(loader.WaitFollowed(q.t.Context(), q.to, nil))
}

// taught enters ten lessons of the clinic today, 30 June: four were given more than
// a week ago.
func (q *quality) taught() {
	q.t.Helper()
	var list []*archivev1.EducationAttendance
	for i := range 10 {
		number, _ := citizenOf(i)
		found, err := q.to.Registry.LookupResidents(q.t.Context(), &registryv1.LookupResidentsRequest{Documents: []*registryv1.Document{{Type: 1, Number: number}}})
		q.must(err)
		day := civil.Must("2026-06-24")
		if i < 4 {
			day = civil.Must("2026-06-10")
		}
		list = append(list, &archivev1.EducationAttendance{
			ResidentId: found.GetResults()[0].GetResidentId(), EducationDate: wire.DateProto(day), Form: 1, Topic: "预防接种", UnitId: q.clinic,
		})
	}
	_, err := q.to.Archive.BatchCreateEducationAttendances(q.t.Context(), &archivev1.BatchCreateEducationAttendancesRequest{EducationAttendances: list})
	q.must(err)
}

// asked sends two verifications to the east, of which one is answered; the other
// one is not due yet.
func (q *quality) asked() {
	q.t.Helper()
	for i := range 2 {
		number, _ := citizenOf(i)
		sent, err := q.to.Verifications.SendVerification(q.t.Context(), &registryv1.SendVerificationRequest{Verification: &registryv1.Verification{
			Document: &registryv1.Document{Type: 1, Number: number}, Kind: registryv1.VerificationKind_VERIFICATION_KIND_RESIDENCE, Question: "是否仍在贵处居住？",
			Asking: &registryv1.VerificationParty{Division: westTown}, Asked: &registryv1.VerificationParty{Division: eastTown}, WorkingDays: 5, SentBy: "E-007",
		}})
		q.must(err)
		v := sent.GetVerification()
		if i > 0 {
			continue
		}
		got, err := q.to.Verifications.ReceiveVerification(q.t.Context(), &registryv1.ReceiveVerificationRequest{VerificationId: v.GetVerificationId(), Etag: v.GetEtag(), By: "W-001"})
		q.must(err)
		_, err = q.to.Verifications.AnswerVerification(q.t.Context(), &registryv1.AnswerVerificationRequest{
			VerificationId: v.GetVerificationId(), Etag: got.GetVerification().GetEtag(), By: "W-001", Result: registryv1.AnswerResult_ANSWER_RESULT_CONFIRMED,
		})
		q.must(err)
	}
}

// score is the row of a township at the end of June, with the rates it is made of.
func (q *quality) score(town string) (row *aggregatorv1.CoverageRow, rates string) {
	q.t.Helper()
	resp, err := q.to.Aggregator.GetCoverage(q.t.Context(), &aggregatorv1.GetCoverageRequest{
		Divisions: []string{town}, IndicatorIds: []string{"DQS01"}, AsOfDate: wire.DateProto(civil.Must("2026-06-30")),
	})
	q.must(err)
	row = resp.GetRows()[0]
	var list []string
	for _, r := range row.GetBeside() {
		text := fmt.Sprintf("%d/%d", r.GetCovered(), r.GetEligible())
		if r.GetKind() == aggregatorv1.IndicatorKind_INDICATOR_KIND_RATIO {
			text = "none"
			if r.GetHasRate() {
				text = fmt.Sprintf("%.0f", r.GetValue())
			}
		}
		list = append(list, r.GetIndicatorId()+" "+text)
	}
	return row, strings.Join(list, ", ")
}

func (q *quality) scores(when, town, rates string, value float64) {
	q.t.Helper()
	row, got := q.score(town)
	if got != rates || math.Abs(row.GetValue()-value) > 1e-9 {
		q.t.Errorf("%s, %s: %s make %v; want %s, %v", when, town, got, row.GetValue(), rates, value)
	}
	if !strings.Contains(row.GetTargetText(), "本系统建议值") {
		q.t.Errorf("the target %q does not say whose it is", row.GetTargetText())
	}
}

func TestRowsOfAFeedBecomeFlagsRatesAScoreARankAndAWarning(t *testing.T) {
	dir := t.TempDir()
	s, stop := run(t, config(dir))
	q := &quality{t: t, to: dial(t, s.Address())}
	q.places()
	q.feed()
	q.taught()
	q.asked()
	q.settled()
	stop() // the numbers of verifications are asked for when it starts, and then every ten minutes
	s, _ = run(t, config(dir))
	q.to = dial(t, s.Address())
	q.until("the verifications", func() bool { _, rates := q.score(eastTown); return strings.HasSuffix(rates, "EXC01 100") })

	const westRates = "DQC01 20/40, DQV01 40/40, DQT01 0/0, DQR01 0/0, DQD01 40/40, EXC01 none"
	q.scores("at first", eastTown, "DQC01 41/41, DQV01 40/41, DQT01 6/10, DQR01 10/10, DQD01 39/41, EXC01 100", 20+20*40./41+20*.6+15+10*39./41+15)
	q.scores("at first", westTown, westRates, (20*.5+20+10)/50*100)
	q.pairInTheList()
	q.ranked()
	q.trend(westTown, "none 80 80 80 80 80 80")                   // nobody lived there in December
	q.trend("990201001002", "none none none none none none none") // one person is too few
	q.bulletin()

	q.decide(registryv1.ReviewVerdict_REVIEW_VERDICT_NOT_SAME)
	q.settled()
	q.scores("when they are two persons", eastTown, "DQC01 41/41, DQV01 40/41, DQT01 6/10, DQR01 10/10, DQD01 41/41, EXC01 100", 20+20*40./41+20*.6+15+10+15)
}

// pairInTheList opens the rate of duplicates into those who lower it.
func (q *quality) pairInTheList() {
	q.t.Helper()
	list, err := q.to.Aggregator.ListMembers(q.t.Context(), &aggregatorv1.ListMembersRequest{
		Division: eastTown, IndicatorId: "DQD01", AsOfDate: wire.DateProto(civil.Must("2026-06-30")), Set: aggregatorv1.MemberSet_MEMBER_SET_UNCOVERED,
	})
	q.must(err)
	pair := q.pair()
	got := map[string]bool{}
	for _, m := range list.GetMembers() {
		got[m.GetResidentId()] = true
	}
	if len(got) != 2 || !got[pair.GetResidentIds()[0]] || !got[pair.GetResidentIds()[1]] {
		q.t.Errorf("the list of suspected duplicates is %v", list.GetMembers())
	}
}

func (q *quality) pair() *registryv1.ReviewItem {
	q.t.Helper()
	items, err := q.to.Review.ListReviewItems(q.t.Context(), &registryv1.ListReviewItemsRequest{Kind: "DUPLICATE"})
	q.must(err)
	if len(items.GetItems()) != 1 {
		q.t.Fatalf("%d pairs", len(items.GetItems()))
	}
	return items.GetItems()[0]
}

func (q *quality) decide(verdict registryv1.ReviewVerdict) {
	q.t.Helper()
	i := q.pair()
	_, err := q.to.Review.DecideReviewItem(q.t.Context(), &registryv1.DecideReviewItemRequest{ItemId: i.GetItemId(), Etag: i.GetEtag(), Verdict: verdict, DecidedBy: "E-007"})
	q.must(err)
}

// ranked: the west, 80 of 90 at the ends of May and June, is warned of in red.
func (q *quality) ranked() {
	q.t.Helper()
	league, err := q.to.Leagues.GetLeague(q.t.Context(), &aggregatorv1.GetLeagueRequest{
		Division: "990201000000", IndicatorId: "DQS01", AsOfDate: wire.DateProto(civil.Must("2026-06-30")), BeforeDate: wire.DateProto(civil.Must("2026-05-31")),
	})
	q.must(err)
	var got []string
	for _, x := range league.GetStandings() {
		got = append(got, fmt.Sprintf("%d %s %s", x.GetRank(), x.GetRow().GetDivision(), x.GetWarning()))
	}
	want := "1 " + eastTown + " WARNING_LEVEL_NONE; 2 " + westTown + " WARNING_LEVEL_RED"
	if strings.Join(got, "; ") != want {
		q.t.Errorf("ranked %v, want %s", got, want)
	}
}

// trend is the score of a place at the ends of the months from December to June.
func (q *quality) trend(place, want string) {
	q.t.Helper()
	resp, err := q.to.Aggregator.GetTrend(q.t.Context(), &aggregatorv1.GetTrendRequest{
		Division: place, IndicatorId: "DQS01", FromDate: wire.DateProto(civil.Must("2025-12-01")), UntilDate: wire.DateProto(civil.Must("2026-06-30")),
	})
	q.must(err)
	var got []string
	for _, p := range resp.GetPoints() {
		if !p.GetHasRate() {
			got = append(got, "none")
			continue
		}
		got = append(got, fmt.Sprintf("%.0f", p.GetValue()))
	}
	if strings.Join(got, " ") != want {
		q.t.Errorf("%s month by month %v, want %s", place, got, want)
	}
}

// bulletin freezes a report and makes the quarter's bulletin of it, as text and as
// a workbook.
func (q *quality) bulletin() {
	q.t.Helper()
	made, err := q.to.Reports.FreezeReport(q.t.Context(), &aggregatorv1.FreezeReportRequest{
		Division: "990201000000", AsOfDate: wire.DateProto(civil.Must("2026-06-30")), GroupLevel: 4, IndicatorIds: []string{"DQS01"},
	})
	q.must(err)
	id := made.GetReport().GetReportId()
	q.until("the report", func() bool {
		got, err := q.to.Reports.GetReport(q.t.Context(), &aggregatorv1.GetReportRequest{ReportId: id})
		q.must(err)
		return got.GetReport().GetState() == aggregatorv1.ReportState_REPORT_STATE_FROZEN
	})
	text := string(q.render(id, aggregatorv1.ReportFormat_REPORT_FORMAT_TEXT))
	for _, part := range []string{"数据质量得分", "东街道", "西街道", "本系统建议值", "红"} {
		if !strings.Contains(text, part) {
			q.t.Errorf("the bulletin does not say %s:\n%s", part, text)
		}
	}
	if book := q.render(id, aggregatorv1.ReportFormat_REPORT_FORMAT_XLSX); !bytes.HasPrefix(book, []byte("PK")) {
		q.t.Error("the workbook is none")
	}
}

func (q *quality) render(id string, format aggregatorv1.ReportFormat) (out []byte) {
	q.t.Helper()
	stream, err := q.to.Reports.RenderReport(q.t.Context(), &aggregatorv1.RenderReportRequest{ReportId: id, Form: aggregatorv1.ReportForm_REPORT_FORM_BULLETIN, Format: format})
	q.must(err)
	for {
		part, err := stream.Recv()
		if err != nil {
			return out
		}
		out = append(out, part.GetData()...)
	}
}
