package recordrpc_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/type/date"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	familyplanningv1 "xinju.dev/api/gen/xinju/familyplanning/v1"

	"xinju.dev/services/platform/recordrpc"
)

func stored() *familyplanningv1.Method {
	return &familyplanningv1.Method{
		MethodId: "M", ResidentId: "R", Kind: familyplanningv1.MethodKind_METHOD_KIND_IUD, StartDate: &date.Date{Year: 2025, Month: 1, Day: 1},
		EndDate: &date.Date{Year: 2026, Month: 1, Day: 1}, UnitId: "U", LongActing: true, Etag: "3",
	}
}

func TestMerge(t *testing.T) {
	change := &familyplanningv1.Method{MethodId: "other", ResidentId: "other", Kind: familyplanningv1.MethodKind_METHOD_KIND_PILL, Etag: "9"}
	for _, tc := range []struct {
		name  string
		paths []string
		want  func(*familyplanningv1.Method)
	}{
		{"a mask changes what it names, also to absent", []string{"kind", "end_date"}, func(m *familyplanningv1.Method) {
			m.Kind, m.EndDate = familyplanningv1.MethodKind_METHOD_KIND_PILL, nil
		}},
		{"no mask changes everything but what the server sets and the person", nil, func(m *familyplanningv1.Method) {
			m.Kind, m.StartDate, m.EndDate, m.UnitId = familyplanningv1.MethodKind_METHOD_KIND_PILL, nil, nil, ""
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := stored()
			tc.want(want)
			current := stored()
			got, err := recordrpc.Merge(current, change, &fieldmaskpb.FieldMask{Paths: tc.paths})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(stored(), current, protocmp.Transform()); diff != "" {
				t.Errorf("the stored message was changed: %s", diff)
			}
		})
	}
	for _, path := range []string{"resident_id", "method_id", "etag", "nothing", "start_date.year", ""} {
		if _, err := recordrpc.Merge(stored(), change, &fieldmaskpb.FieldMask{Paths: []string{path}}); !errors.Is(err, recordrpc.ErrMask) {
			t.Errorf("a mask of %q: %v", path, err)
		}
	}
}
