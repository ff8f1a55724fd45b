package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"

	"xinju.dev/deploy/loader"
	"xinju.dev/deploy/synthetic"
)

// row is a line of a feed file about one of the invented people.
func (p *play) row(id, kind, on string, n int, village, replaces string) []string {
	birth := fmt.Sprintf("198%d-04-05", n%10)
	return []string{
		id, kind, on, "居民身份证", citizen(60+n, birth, 1).GetNumber(), fmt.Sprintf("司徒%c", '甲'+rune(n)), "男", birth, "01", "20",
		"990201", village, "四路4号", "", "务工", "", "", "", replaces,
	}
}

// send imports a file of rows and returns the batch once it is applied.
func (p *play) send(name string, rows ...[]string) *registryv1.FeedBatch {
	p.Helper()
	lines := []string{strings.Join(synthetic.Header, ",")}
	for _, r := range rows {
		lines = append(lines, strings.Join(r, ","))
	}
	file := filepath.Join(p.TempDir(), name)
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		p.Fatal(err)
	}
	batch, err := loader.Upload(p.Context(), p.to, file)
	if err != nil {
		p.Fatal(err)
	}
	return p.ended(batch.GetBatchId())
}

// ended waits until nothing is done any more for a batch.
func (p *play) ended(id string) *registryv1.FeedBatch {
	p.Helper()
	for {
		got, err := p.to.Feed.GetFeedBatch(p.Context(), &registryv1.GetFeedBatchRequest{BatchId: id})
		if err != nil {
			p.Fatal(err)
		}
		switch batch := got.GetBatch(); batch.GetOperation().GetState() {
		case typev1.OperationState_OPERATION_STATE_SUCCEEDED:
			return batch
		case typev1.OperationState_OPERATION_STATE_FAILED, typev1.OperationState_OPERATION_STATE_CANCELLED:
			p.Fatalf("the batch %v: %s", batch.GetState(), batch.GetOperation().GetFailureText())
		}
		<-time.After(20 * time.Millisecond)
	}
}

func (p *play) withdraw(batch *registryv1.FeedBatch) {
	p.Helper()
	begun, err := p.to.Feed.WithdrawFeedBatch(p.Context(), &registryv1.WithdrawFeedBatchRequest{BatchId: batch.GetBatchId(), Reason: "误报"})
	if err != nil {
		p.Fatal(err)
	}
	if got := p.ended(begun.GetBatch().GetBatchId()); got.GetState() != registryv1.FeedBatchState_FEED_BATCH_STATE_WITHDRAWN {
		p.Fatalf("withdrawn, the batch is %v", got.GetState())
	}
	p.settle()
}

// withdrawnBatch sends two batches that overlap and withdraws the second; then
// two more, of which the first is withdrawn and then the second too.
func withdrawnBatch(p *play) {
	p.wanted.Days = p.wanted.Days[:min(2, len(p.wanted.Days))]
	for n := range 8 {
		p.wanted.Documents = append(p.wanted.Documents, &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN, Number: p.row("", "", "", n, "", "")[4]})
	}
	a := [][]string{
		p.row("W-1", "居住登记", "2025-03-01", 1, here, ""), p.row("W-2", "居住登记", "2025-03-01", 2, here, ""), p.row("W-3", "居住登记", "2025-03-01", 3, here, ""),
		p.row("W-4", "居住登记", "2025-03-01", 4, here, ""), p.row("W-5", "注销", "2026-02-01", 4, "", ""),
	}
	p.send("a.csv", a...)
	p.family(30, "03")
	for n := 1; n <= 4; n++ {
		p.wanted.Residents = append(p.wanted.Residents, p.found(n))
	}
	before := p.everything()

	other := p.row("W-9", "更正", "2026-05-01", 3, "", "W-3")
	other[4] = p.wanted.Documents[8].GetNumber() // the mother of the family
	b := p.send("b.csv", a[0], a[4],
		p.row("W-6", "注销", "2026-01-05", 1, "", ""), p.row("W-7", "地址变更", "2026-01-05", 2, there, ""), other,
		p.row("W-10", "撤销", "2026-05-01", 4, "", "W-5"), p.row("W-8", "居住登记", "2025-03-01", 5, there, ""))
	p.settle()
	if b.GetCounts().GetDuplicate() != 2 || b.GetCounts().GetRefused() != 0 || p.found(5) == "" {
		p.Fatalf("the second batch changed nothing: %v", b.GetCounts())
	}
	if third := p.wanted.Residents[6]; p.resident(&registryv1.GetResidentRequest{ResidentId: third}).GetResidentId() != p.wanted.Residents[0] {
		p.Error("the correction of the second batch gave nobody away")
	}
	p.withdraw(b)
	p.asBefore(before)
	p.same("the second batch withdrawn", before, p.everything())

	c := [][]string{p.row("W-11", "居住登记", "2025-03-01", 6, here, ""), p.row("W-12", "注销", "2026-01-05", 6, "", ""), p.row("W-13", "居住登记", "2025-03-01", 7, here, "")}
	third, fourth := p.send("c.csv", c...), p.send("d.csv", c[0])
	p.withdraw(third)
	kept := p.resident(&registryv1.GetResidentRequest{ResidentId: p.found(6)})
	if p.found(7) != "" || len(kept.GetResidences()) != 1 || kept.GetResidences()[0].GetLeftDate() != nil {
		p.Error("what the later batch confirmed should stay, and nothing else")
	}
	p.withdraw(fourth)
	p.same("all withdrawn", before, p.everything())
}

// found is who holds the document of one of the invented people, "" for nobody.
func (p *play) found(n int) string {
	p.Helper()
	got, err := p.to.Registry.LookupResidents(p.Context(), &registryv1.LookupResidentsRequest{Documents: p.wanted.Documents[n : n+1]})
	if err != nil {
		p.Fatal(err)
	}
	return got.GetResults()[0].GetResidentId()
}
