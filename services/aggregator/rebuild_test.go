package aggregator_test

import (
	"testing"

	"xinju.dev/services/aggregator"
	"xinju.dev/services/platform/changefeed"
	"xinju.dev/services/platform/sqlstore"
	"xinju.dev/services/testkit"

	aggregatorv1 "xinju.dev/api/gen/xinju/aggregator/v1"
	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	typev1 "xinju.dev/api/gen/xinju/type/v1"
)

func TestRebuildOverTheFeeds(t *testing.T) {
	testkit.EachEngine(t, aggregator.Migrations(), func(t *testing.T, db *sqlstore.DB) {
		s, sources := startOfThree(t, db)
		sources[aggregator.Archive].write(education("E1", "R1", 20200506), changefeed.Fact{Kind: int32(feedv1.FactKind_FACT_KIND_EDUCATION), ID: "E2", ResidentID: "R3"})
		before := s.follow()

		op := s.rebuilt("again")
		if op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED || op.GetDone() == 0 {
			t.Fatalf("operation %v", op)
		}
		if again := s.rebuilt("again"); again.GetOperationId() != op.GetOperationId() {
			t.Error("the retry began another rebuild")
		}
		if after := s.following(); after.GetDigest() != before.GetDigest() {
			t.Errorf("digest %s, before %s", after.GetDigest(), before.GetDigest())
		}
		sources[aggregator.Archive].write(education("E3", "R2", 20200707)) // following goes on
		s.follow()
		if got := s.coverage(&aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"HED01"}}); got[0].Covered != 2 {
			t.Errorf("after the rebuild %v", got)
		}
	})
}

func TestARestoredSourceStopsUntilARebuild(t *testing.T) {
	s, sources := startOfThree(t, testkit.SQLite(t, aggregator.Migrations()...))
	archive := sources[aggregator.Archive]
	if _, err := changefeed.Renew(t.Context(), archive.db); err != nil {
		t.Fatal(err)
	}
	archive.write(education("E3", "R2", 20200707))
	alarm := func() string {
		for _, p := range s.following().GetPositions() {
			if p.GetSource() == aggregator.Archive {
				return p.GetAlarm()
			}
		}
		return ""
	}
	poll(t, "the alarm", func() bool { return alarm() != "" })
	if got := alarm(); got != "FEED_EPOCH_CHANGED" {
		t.Errorf("alarm %s", got)
	}
	sources[aggregator.Registry].write(adult("R4", village2, "d", 20200101)...) // the others go on
	poll(t, "the registry", func() bool { return s.following().GetResidents() == 5 })

	if op := s.rebuilt(""); op.GetState() != typev1.OperationState_OPERATION_STATE_SUCCEEDED {
		t.Fatalf("operation %v", op)
	}
	s.follow()
	if got := alarm(); got != "" {
		t.Errorf("alarm %s after the rebuild", got)
	}
	if got := s.coverage(&aggregatorv1.GetCoverageRequest{Divisions: []string{county}, IndicatorIds: []string{"HED01"}}); got[0].Covered != 2 {
		t.Errorf("after the rebuild %v", got)
	}
}
