package recordintake

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"
	"xinju.dev/services/platform/ident"
	"xinju.dev/services/platform/ids"
	"xinju.dev/services/platform/residentlink"
)

// Registry finds persons by document and units by name.
type Registry interface {
	// Persons returns the resident of each document, "" where nobody, or not
	// exactly one, is known.
	Persons(ctx context.Context, docs []ident.Document) ([]string, error)
	// Units lists every unit.
	Units(ctx context.Context) ([]Unit, error)
}

// Unit is one unit of the registry.
type Unit struct{ ID, Name string }

// Dial opens the registry that a record service follows; nil without an address.
func Dial(s residentlink.Settings, dial func(target, token string) (*grpc.ClientConn, error)) (Registry, error) {
	if s.Address == "" {
		return nil, nil
	}
	conn, err := dial(s.Address, s.Token)
	if err != nil {
		return nil, err
	}
	return Over(conn), nil
}

// Over asks a registry over a connection.
func Over(conn grpc.ClientConnInterface) Registry {
	return remote{registryv1.NewRegistryServiceClient(conn), registryv1.NewPlaceServiceClient(conn)}
}

type remote struct {
	residents registryv1.RegistryServiceClient
	places    registryv1.PlaceServiceClient
}

const (
	lookupMost = 500 // documents of one question
	unitsMost  = 1000
	callWait   = time.Minute
)

// Persons implements Registry.
func (r remote) Persons(ctx context.Context, docs []ident.Document) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	out := make([]string, 0, len(docs))
	for len(docs) > 0 {
		n := min(len(docs), lookupMost)
		req := &registryv1.LookupResidentsRequest{}
		for _, d := range docs[:n] {
			kind, err := strconv.Atoi(string(d.Type)) // the numbers are the codes
			if err != nil {
				return nil, ident.ErrDocType
			}
			req.Documents = append(req.Documents, &registryv1.Document{Type: registryv1.DocumentType(kind), Number: d.Number.Reveal(), Country: d.Country})
		}
		resp, err := r.residents.LookupResidents(ctx, req)
		if err != nil {
			return nil, fmt.Errorf("ask the registry for persons: %w", err)
		}
		if len(resp.GetResults()) != n {
			return nil, fmt.Errorf("ask the registry for persons: %d answers for %d questions", len(resp.GetResults()), n)
		}
		for _, one := range resp.GetResults() {
			out = append(out, one.GetResidentId())
		}
		docs = docs[n:]
	}
	return out, nil
}

// Units implements Registry.
func (r remote) Units(ctx context.Context) ([]Unit, error) {
	var out []Unit
	ctx, cancel := context.WithTimeout(ctx, callWait)
	defer cancel()
	for token := ""; ; {
		page, err := r.places.ListUnits(ctx, &registryv1.ListUnitsRequest{PageSize: unitsMost, PageToken: token})
		if err != nil {
			return nil, fmt.Errorf("ask the registry for units: %w", err)
		}
		for _, u := range page.GetUnits() {
			out = append(out, Unit{u.GetUnitId(), u.GetName()})
		}
		if token = page.GetNextPageToken(); token == "" {
			return out, nil
		}
	}
}

// resolver fills in whose rows are and which unit they name.
type resolver struct {
	registry Registry // nil: only identifiers are taken
	now      func() time.Time

	mu     sync.Mutex
	units  map[string]string // by identifier and by name; "" for a name that several have
	looked time.Time
}

// unitsHold is how long a list of units is used.
const unitsHold = 10 * time.Minute

// resolve asks for everybody whom items name by document. fallback is the unit
// of items that name none.
func (r *resolver) resolve(ctx context.Context, items []*item, fallback string) error {
	var docs []ident.Document
	at := map[ident.Document]int{}
	named := false
	for _, it := range items {
		named = named || it.unit != ""
		if _, asked := at[it.doc]; it.id == "" && !asked {
			at[it.doc] = len(docs)
			docs = append(docs, it.doc)
		}
	}
	var who []string
	if len(docs) > 0 && r.registry != nil {
		var err error
		if who, err = r.registry.Persons(ctx, docs); err != nil {
			return err
		}
	}
	units := map[string]string{}
	if named {
		var err error
		if units, err = r.unitList(ctx); err != nil {
			return err
		}
	}
	for _, it := range items {
		it.found = found{resident: it.id, unitID: fallback}
		if it.id == "" && who != nil {
			it.found.resident = who[at[it.doc]]
		}
		if it.unit != "" {
			id, ok := units[unitKey(it.unit)]
			it.found.unitID, it.found.noUnit = id, !ok || id == ""
		}
	}
	return nil
}

func unitKey(s string) string { return codeKey(s) }

func (r *resolver) unitList(ctx context.Context) (map[string]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.registry == nil {
		return nil, nil
	}
	if r.units != nil && r.now().Sub(r.looked) < unitsHold {
		return r.units, nil
	}
	list, err := r.registry.Units(ctx)
	if err != nil {
		return nil, err
	}
	units := make(map[string]string, 2*len(list))
	for _, u := range list {
		units[unitKey(u.ID)] = u.ID
		if _, twice := units[unitKey(u.Name)]; twice {
			units[unitKey(u.Name)] = "" // which of them is never guessed
			continue
		}
		units[unitKey(u.Name)] = u.ID
	}
	r.units, r.looked = units, r.now()
	return units, nil
}

// unit checks a unit's identifier. It fails with UNIT_UNKNOWN.
func (r *resolver) unit(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	if !ids.Valid(id) {
		return ErrUnit.On("header.default_unit_id", "应为 26 位标识 must be an identifier of 26 characters")
	}
	if r.registry == nil {
		return nil // as records entered one by one
	}
	units, err := r.unitList(ctx)
	if err == nil && units[unitKey(id)] == "" {
		err = ErrUnit.On("header.default_unit_id", "没有此机构 there is no such unit")
	}
	return err
}
