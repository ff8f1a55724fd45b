package registry_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
)

// importList sends a list in small parts.
func importList(ctx context.Context, s suite, h *registryv1.DivisionListHeader, text string) (*registryv1.ImportDivisionsResponse, error) {
	stream, err := s.places.ImportDivisions(ctx)
	if err != nil {
		return nil, err
	}
	if err := stream.Send(&registryv1.ImportDivisionsRequest{Header: h}); err != nil {
		return nil, err
	}
	for part := range slices.Chunk([]byte(text), 1000) {
		if err := stream.Send(&registryv1.ImportDivisionsRequest{Data: part}); err != nil {
			break // the answer says why
		}
	}
	return stream.CloseAndRecv()
}

// agreed looks at the differences and applies them.
func agreed(t *testing.T, s suite, h *registryv1.DivisionListHeader, text string) *registryv1.ImportDivisionsResponse {
	t.Helper()
	diff, err := importList(t.Context(), s, h, text)
	if err != nil {
		t.Fatal(err)
	}
	h.Apply, h.DiffDigest = true, diff.GetDiffDigest()
	done, err := importList(t.Context(), s, h, text)
	if err != nil {
		t.Fatal(err)
	}
	if !done.GetApplied() || diff.GetApplied() {
		t.Errorf("applied %v, before %v", done.GetApplied(), diff.GetApplied())
	}
	return done
}

func TestTheBundledListsStandOnTheSeed(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		for code, nodes := range map[string]int32{"350213": 139, "330681": 538, "360103": 182} {
			h := &registryv1.DivisionListHeader{ScopeCode: code + "000000", Bundled: code}
			if done := agreed(t, s, h, ""); done.GetAdded() != nodes || done.GetUnchanged() != 0 {
				t.Errorf("%s: %d added, want %d", code, done.GetAdded(), nodes)
			}
			h = &registryv1.DivisionListHeader{ScopeCode: code + "000000", Bundled: code}
			if again, err := importList(t.Context(), s, h, ""); err != nil || again.GetUnchanged() != nodes || again.GetAdded() != 0 {
				t.Errorf("%s again: %v %v", code, again, err)
			}
		}
	})
}

func TestShanghaiGrowsFromItsDistrictsDown(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		done := agreed(t, s, &registryv1.DivisionListHeader{ScopeCode: "310000000000", Bundled: "310000"}, "")
		if done.GetAdded() != 234+6509 || done.GetUnchanged() != 17 {
			t.Errorf("%d added, %d unchanged", done.GetAdded(), done.GetUnchanged())
		}
		got, err := s.places.TraceDivision(t.Context(), &registryv1.TraceDivisionRequest{DivisionCode: "310108000000", FromDate: &date.Date{Year: 2015, Month: 7, Day: 20}})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.GetDivisions()) != 1 || got.GetDivisions()[0].GetName() != "静安区" || got.GetSteps()[0].GetKind() != registryv1.DivisionStepKind_DIVISION_STEP_KIND_MERGED {
			t.Errorf("闸北 of July 2015 is now %v", got)
		}
	})
}

func TestPlacesOfOneNameAreToldApartByTheNodesAbove(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		find := func(name, within string) (out []string) {
			resp, err := s.places.FindDivisions(t.Context(), &registryv1.FindDivisionsRequest{Name: name, WithinCode: within})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range resp.GetMatches() {
				out = append(out, m.GetDivision().GetDivisionCode()+" "+strings.Join(m.GetPath(), "/"))
			}
			return out
		}
		hangzhou, nanchang := "330106000000 浙江省/杭州市/西湖区", "360103000000 江西省/南昌市/西湖区"
		for _, tc := range []struct {
			name, within string
			want         []string
		}{
			{"西湖区", "", []string{hangzhou, nanchang}},
			{"南昌市/西湖区", "", []string{nanchang}},
			{"浙江省/西湖区", "", []string{hangzhou}},
			{"西湖区", "360000000000", []string{nanchang}},
			{"西湖区/南昌市", "", nil},
			{"西湖", "", nil},
		} {
			if got := find(tc.name, tc.within); !slices.Equal(got, tc.want) {
				t.Errorf("%s within %q: %v, want %v", tc.name, tc.within, got, tc.want)
			}
		}
	})
}

func TestOnlyTheDifferencesThatWereLookedAtAreApplied(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		const scope = "990101001000"
		day := &date.Date{Year: 2026, Month: 7, Day: 1}
		var was strings.Builder
		was.WriteString("code,name\n")
		list, err := s.places.ListDivisions(t.Context(), &registryv1.ListDivisionsRequest{ParentCode: scope})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list.GetDivisions() {
			fmt.Fprintf(&was, "%s,%s\n", d.GetDivisionCode(), d.GetName())
		}
		diff, err := importList(t.Context(), s, &registryv1.DivisionListHeader{ScopeCode: scope, EffectiveDate: day}, was.String()+"990101001099,新村\n")
		if err != nil || diff.GetAdded() != 1 {
			t.Fatal(diff, err)
		}
		h := &registryv1.DivisionListHeader{ScopeCode: scope, EffectiveDate: day, Apply: true, DiffDigest: diff.GetDiffDigest()}
		if _, err := importList(t.Context(), s, h, was.String()+"990101001099,老村\n"); status.Code(err) != codes.Aborted {
			t.Errorf("another list was applied: %v", err)
		}
		if _, err := importList(t.Context(), s, h, was.String()+"990101001099,新村\n"); err != nil {
			t.Fatal(err)
		}
		for on, want := range map[int32]codes.Code{30: codes.NotFound, 1: codes.OK} {
			month := int32(6)
			if on == 1 {
				month = 7
			}
			_, err := s.places.GetDivision(t.Context(), &registryv1.GetDivisionRequest{DivisionCode: "990101001099", AsOfDate: &date.Date{Year: 2026, Month: month, Day: on}})
			if status.Code(err) != want {
				t.Errorf("on %d/%d: %v, want %v", month, on, err, want)
			}
		}
	})
}

func TestADiffSaysHowManyPeopleLiveInAVillageThatEnds(t *testing.T) {
	each(t, func(t *testing.T, s suite) {
		if _, err := s.BatchRecordEvents(t.Context(), &registryv1.BatchRecordEventsRequest{Sender: "ga-990101", Events: []*registryv1.ResidenceEvent{{
			EventId: "1", Type: registryv1.EventType_EVENT_TYPE_ARRIVE, EffectiveDate: &date.Date{Year: 2026, Month: 1, Day: 5}, Name: "甲",
			Document: &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN, Number: man}, Division: village,
		}}}); err != nil {
			t.Fatal(err)
		}
		diff, err := importList(t.Context(), s, &registryv1.DivisionListHeader{ScopeCode: village[:9] + "000", EffectiveDate: &date.Date{Year: 2026, Month: 7, Day: 1}}, "code,name\n990101001098,合并村\n")
		if err != nil {
			t.Fatal(err)
		}
		if diff.GetResidentsAffected() != 1 || diff.GetEnded() == 0 {
			t.Errorf("%d residents in %d ended nodes", diff.GetResidentsAffected(), diff.GetEnded())
		}
	})
}
