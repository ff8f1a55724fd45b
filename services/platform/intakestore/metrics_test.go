package intakestore

import (
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"xinju.dev/services/platform/intake"
)

func TestFiguresOfSendersAreThoseOfTheStore(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		for i, sequence := range []int64{1, 4} {
			b := feedBatchOf("ga", string(rune('a'+i)))
			b.Manifest.Sequence = sequence
			if _, _, err := s.CreateFeedBatch(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		yes, every := true, time.Hour
		if _, err := s.ChangeSender(t.Context(), "ga", intake.Setting{Paused: &yes, Expected: &every}); err != nil {
			t.Fatal(err)
		}
		want := `
# HELP xinju_feed_sender_missing_sequences Sequences of the sender that never came.
# TYPE xinju_feed_sender_missing_sequences gauge
xinju_feed_sender_missing_sequences{sender="ga"} 2
# HELP xinju_feed_sender_overdue_seconds How long the sender's next batch is overdue; 0 when it is not.
# TYPE xinju_feed_sender_overdue_seconds gauge
xinju_feed_sender_overdue_seconds{sender="ga"} 1800
# HELP xinju_feed_sender_paused 1 while nothing of the sender is applied.
# TYPE xinju_feed_sender_paused gauge
xinju_feed_sender_paused{sender="ga"} 1
`
		c := s.Collector(func() time.Time { return noon.Add(90 * time.Minute) })
		if err := testutil.CollectAndCompare(c, strings.NewReader(want), "xinju_feed_sender_missing_sequences", "xinju_feed_sender_overdue_seconds", "xinju_feed_sender_paused"); err != nil {
			t.Error(err)
		}
	})
}
