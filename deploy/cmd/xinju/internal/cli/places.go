package cli

import (
	"context"
	"strings"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/cmd/xinju/internal/show"
)

// maxPersons is how many persons one call may ask for.
const maxPersons = 500

// directory finds names for what lists give as codes. What cannot be found keeps
// its code: a missing name is no reason to withhold a list.
type directory struct {
	suite     *client.Suite
	divisions map[string]string
	units     map[string]string
}

func newDirectory(s *client.Suite) *directory {
	return &directory{suite: s, divisions: map[string]string{}, units: map[string]string{}}
}

// unitPlace begins the code of a place that is a unit, where numbers are counted
// by who gave a service.
const unitPlace = "unit:"

// division is the code for programs, code and name for eyes.
func (d *directory) division(ctx context.Context, code string) any {
	if code == "" {
		return nil
	}
	name, known := d.divisions[code]
	if id, isUnit := strings.CutPrefix(code, unitPlace); isUnit && !known {
		d.unit(ctx, id)
		name, known = d.units[id], true
		d.divisions[code] = name
	}
	if !known {
		if resp, err := d.suite.Places.GetDivision(ctx, &registryv1.GetDivisionRequest{DivisionCode: code}); err == nil {
			name = resp.GetDivision().GetName()
		}
		d.divisions[code] = name
	}
	return named(code, name)
}

// unit is the identifier for programs, the name for eyes.
func (d *directory) unit(ctx context.Context, id string) any {
	if id == "" {
		return nil
	}
	name, known := d.units[id]
	if !known {
		if resp, err := d.suite.Places.GetUnit(ctx, &registryv1.GetUnitRequest{UnitId: id}); err == nil {
			name = resp.GetUnit().GetName()
		}
		d.units[id] = name
	}
	if name == "" {
		return id
	}
	return show.Cell{Value: id, Shown: name}
}

func named(code, name string) any {
	if name == "" {
		return code
	}
	return show.Cell{Value: code, Shown: code + " " + name}
}

// persons reads persons by identifier, in batches. Unknown ones are left out.
func persons(ctx context.Context, s *client.Suite, ids []string) (map[string]*registryv1.Resident, error) {
	found := make(map[string]*registryv1.Resident, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), maxPersons)
		resp, err := s.Registry.BatchGetResidents(ctx, &registryv1.BatchGetResidentsRequest{ResidentIds: ids[:n]})
		if err != nil {
			return nil, err
		}
		for _, r := range resp.GetResidents() {
			found[r.GetResidentId()] = r
		}
		ids = ids[n:]
	}
	return found, nil
}

func cellOf(value any, shown string) show.Cell { return show.Cell{Value: value, Shown: shown} }
