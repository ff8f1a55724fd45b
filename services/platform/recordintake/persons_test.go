package recordintake_test

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/grpc"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/recordintake"
	"xinju.dev/services/testkit"
)

// registry knows the holders of passports whose number ends in 7.
type registry struct {
	registryv1.UnimplementedRegistryServiceServer
	registryv1.UnimplementedPlaceServiceServer
	asked []int
}

func (r *registry) LookupResidents(_ context.Context, req *registryv1.LookupResidentsRequest) (*registryv1.LookupResidentsResponse, error) {
	r.asked = append(r.asked, len(req.GetDocuments()))
	out := &registryv1.LookupResidentsResponse{}
	for _, d := range req.GetDocuments() {
		one := &registryv1.LookupResult{Reason: "RESIDENT_NOT_FOUND"}
		if n := d.GetNumber(); d.GetType() == registryv1.DocumentType_DOCUMENT_TYPE_PASSPORT && d.GetCountry() == "XXA" && n[len(n)-1] == '7' {
			one = &registryv1.LookupResult{ResidentId: "R" + n}
		}
		out.Results = append(out.Results, one)
	}
	return out, nil
}

func (*registry) ListUnits(_ context.Context, req *registryv1.ListUnitsRequest) (*registryv1.ListUnitsResponse, error) {
	if req.GetPageToken() == "" {
		return &registryv1.ListUnitsResponse{Units: []*registryv1.Unit{{UnitId: "1", Name: "甲"}}, NextPageToken: "more"}, nil
	}
	return &registryv1.ListUnitsResponse{Units: []*registryv1.Unit{{UnitId: "2", Name: "乙"}}}, nil
}

func TestPersonsAreAskedForInBatches(t *testing.T) {
	r := &registry{}
	client := recordintake.Over(testkit.Serve(t, func(s grpc.ServiceRegistrar) {
		registryv1.RegisterRegistryServiceServer(s, r)
		registryv1.RegisterPlaceServiceServer(s, r)
	}))
	var docs []ident.Document
	for i := range 1200 {
		d, err := ident.Parse(ident.Passport, fmt.Sprintf("E%07d", i), "XXA")
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, d)
	}
	got, err := client.Persons(t.Context(), docs)
	if err != nil || len(got) != 1200 || got[1107] != "RE0001107" || got[1108] != "" {
		t.Fatal(err, len(got))
	}
	if fmt.Sprint(r.asked) != "[500 500 200]" {
		t.Errorf("asked in %v", r.asked)
	}
	units, err := client.Units(t.Context())
	if err != nil || len(units) != 2 || units[1].Name != "乙" {
		t.Error(units, err)
	}
}
