package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	feedv1 "xinju.dev/api/gen/xinju/feed/v1"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/registry/internal/core"
)

// TestADoubtOfTheFoldedStateHasItsDays: found when a departure comes dated before the stay,
// mended when the earlier arrival comes, and untouched by what comes in between.
func TestADoubtOfTheFoldedStateHasItsDays(t *testing.T) {
	each(t, func(t *testing.T, s *SQL) {
		leave := arrive("L", 7, "2026-02-01")
		leave.Type, leave.Division, leave.Address = core.Leave, "", ""
		for _, x := range []struct {
			day   string
			event core.Event
			want  []*feedv1.FlagSpan
		}{
			{"2026-03-01", arrive("A2", 7, "2026-02-10"), nil},
			{"2026-03-10", leave, []*feedv1.FlagSpan{{Flag: "LEFT_BEFORE_ARRIVAL", FromYmd: 20260310}}},
			{"2026-04-01", arrive("A3", 7, "2026-02-10"), []*feedv1.FlagSpan{{Flag: "LEFT_BEFORE_ARRIVAL", FromYmd: 20260310}}},
			{"2026-05-05", arrive("A1", 7, "2026-01-05"), []*feedv1.FlagSpan{{Flag: "LEFT_BEFORE_ARRIVAL", FromYmd: 20260310, UntilYmd: 20260505}}},
		} {
			if _, err := s.Record(t.Context(), []core.Event{x.event}, false, onDay(civil.Must(x.day))); err != nil {
				t.Fatal(err)
			}
			list := all(t, s.Listers()["person"])
			if len(list) != 1 {
				t.Fatalf("%d persons", len(list))
			}
			body := &feedv1.PersonFact{}
			if err := proto.Unmarshal(list[0].Body, body); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(x.want, body.GetFlagSpans(), protocmp.Transform()); diff != "" {
				t.Errorf("on %s: %s", x.day, diff)
			}
		}
	})
}
