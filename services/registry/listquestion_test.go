package registry_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// send sends a full list of a day and waits until it is done.
func (s reviewed) send(t *testing.T, on string, sequence int64, rows ...string) *registryv1.FeedBatch {
	t.Helper()
	stream, err := s.files.ImportFeed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows = append([]string{"证件类型,证件号码,国籍,姓名,性别,出生日期,居住地区划,居住地址,来本地日期"}, rows...)
	for n := range 10 { // who never changes
		rows = append(rows, fmt.Sprintf("护照,P%07d,GBR,Person %c,男,1980-01-01,%s,幸福路1号,2025-03-01", n, 'A'+n, village))
	}
	file := []byte(strings.Join(rows, "\n") + "\n")
	if err := stream.Send(&registryv1.ImportFeedRequest{
		Header: &registryv1.FeedHeader{Sender: "ga-990101", FileName: "list.csv", Manifest: &registryv1.FeedManifest{
			Digest: fmt.Sprintf("%x", sha256.Sum256(file)), Sequence: sequence, RowCount: int64(len(rows) - 1), Content: registryv1.FeedContent_FEED_CONTENT_SNAPSHOT, SnapshotDate: day(on),
		}},
		Data: file,
	}); err != nil {
		t.Fatal(err)
	}
	made, err := stream.CloseAndRecv()
	if err != nil {
		t.Fatal(err)
	}
	return s.done(t, made.GetBatch().GetBatchId())
}

func (s reviewed) done(t *testing.T, id string) *registryv1.FeedBatch {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		b, err := s.files.GetFeedBatch(ctx, &registryv1.GetFeedBatchRequest{BatchId: id})
		if err != nil {
			t.Fatal(err)
		}
		if b.GetBatch().GetOperation().GetEndTime() != nil {
			return b.GetBatch()
		}
		select {
		case <-ctx.Done():
			t.Fatal(b)
		case <-tick.C:
		}
	}
}

const (
	oldPassport = "护照,E00000001,GBR,Jane Smith,女,1990-05-02," + village + ",平安路2号,2025-03-01"
	newPassport = "护照,E00000002,GBR,Jane Smith,女,1990-05-02," + village + ",平安路2号,2025-03-01"
)

func TestAChangedDocumentInAFullListIsDecidedOverTheWire(t *testing.T) {
	eachRunning(t, func(t *testing.T, s reviewed) {
		ctx := t.Context()
		s.send(t, "2026-05-01", 1, oldPassport)
		b := s.send(t, "2026-06-01", 2, newPassport)
		if d := b.GetDiff(); d.GetMissed() != 1 || d.GetGone() != 0 || d.GetArrived() != 1 {
			t.Errorf("%v", b)
		}
		rows, err := s.files.ListFeedRows(ctx, &registryv1.ListFeedRowsRequest{BatchId: b.GetBatchId(), Outcomes: []registryv1.RowOutcome{registryv1.RowOutcome_ROW_OUTCOME_NEEDS_REVIEW}})
		if err != nil || len(rows.GetRows()) != 1 || !strings.Contains(rows.String(), "LIST_DOCUMENT_CHANGED") || !strings.Contains(rows.String(), "换了证件") {
			t.Errorf("%v, %v", rows, err)
		}
		list, err := s.queue.ListReviewItems(ctx, &registryv1.ListReviewItemsRequest{Division: village, Kind: "LIST_DOCUMENT_CHANGED"})
		if err != nil || len(list.GetItems()) != 1 {
			t.Fatal(list, err)
		}
		item := list.GetItems()[0]
		full, err := s.queue.GetReviewItem(ctx, &registryv1.GetReviewItemRequest{ItemId: item.GetItemId()})
		if err != nil || len(full.GetResidents()) != 1 || full.GetListed().GetBatchId() != b.GetBatchId() || full.GetListed().GetRow() == 0 ||
			full.GetListed().GetPerson().GetDocuments()[0].GetNumber() != "E00000002" || len(item.GetResidentIds()) != 1 || !strings.Contains(item.GetTextEn(), "new document") {
			t.Fatalf("%v, %v", full, err)
		}
		decide := func(v registryv1.ReviewVerdict, resident string) error {
			_, err := s.queue.DecideReviewItem(ctx, &registryv1.DecideReviewItemRequest{
				ItemId: item.GetItemId(), Etag: item.GetEtag(), Verdict: v, DecidedBy: "镇01", ResidentId: resident,
			})
			return err
		}
		for _, c := range []struct {
			verdict        registryv1.ReviewVerdict
			resident, want string
		}{
			{registryv1.ReviewVerdict_REVIEW_VERDICT_RESOLVED, "", "REVIEW_DECISION_UNFIT"},
			{registryv1.ReviewVerdict_REVIEW_VERDICT_UNMERGE, "", "REVIEW_DECISION_UNFIT"},
			{registryv1.ReviewVerdict_REVIEW_VERDICT_MERGE, "01JZ0000000000000000000000", "REVIEW_DECISION_UNFIT"},
			{registryv1.ReviewVerdict_REVIEW_VERDICT_MERGE, "x", "FIELD_INVALID"},
		} {
			if got := reason(decide(c.verdict, c.resident)); got != c.want {
				t.Errorf("%v of %q: %s, want %s", c.verdict, c.resident, got, c.want)
			}
		}
		if err := decide(registryv1.ReviewVerdict_REVIEW_VERDICT_MERGE, item.GetResidentIds()[0]); err != nil {
			t.Fatal(err)
		}
		who, err := s.GetResident(ctx, &registryv1.GetResidentRequest{ResidentId: item.GetResidentIds()[0]})
		if err != nil || len(who.GetResident().GetDocuments()) != 2 || len(who.GetResident().GetResidences()) != 1 || who.GetResident().GetResidences()[0].GetLeftDate() != nil {
			t.Errorf("%v, %v", who, err)
		}
		after, err := s.queue.GetReviewItem(ctx, &registryv1.GetReviewItemRequest{ItemId: item.GetItemId()})
		if err != nil || after.GetListed() != nil || len(after.GetDecisions()) != 1 || after.GetItem().GetState() != registryv1.ReviewState_REVIEW_STATE_MERGED {
			t.Errorf("%v, %v", after, err)
		}
		if b := s.send(t, "2026-06-02", 3, newPassport); b.GetDiff().GetUnchanged() != 11 {
			t.Errorf("%v", b)
		}
		item = after.GetItem()
		if err := decide(registryv1.ReviewVerdict_REVIEW_VERDICT_UNMERGE, ""); err != nil {
			t.Fatal(err)
		}
		who, err = s.GetResident(ctx, &registryv1.GetResidentRequest{ResidentId: item.GetResidentIds()[0]})
		if err != nil || len(who.GetResident().GetDocuments()) != 1 || who.GetResident().GetResidences()[0].GetLeftDate() == nil {
			t.Errorf("after it was taken back: %v, %v", who, err)
		}
		after, err = s.queue.GetReviewItem(ctx, &registryv1.GetReviewItemRequest{ItemId: item.GetItemId()})
		if err != nil || len(after.GetDecisions()) != 2 || after.GetItem().GetState() != registryv1.ReviewState_REVIEW_STATE_NOT_SAME {
			t.Errorf("%v, %v", after, err)
		}
	})
}
