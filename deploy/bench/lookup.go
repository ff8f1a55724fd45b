package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/bench/internal/figures"
)

// asked is how many different people are looked up by turns.
const asked = 1000

// person is how one of them is asked for, through the API and in SQL.
type person struct {
	number string
	id     string
	index  []byte // of the document
}

// The best single statements that read what the two look-ups must know: who has
// the document, whether that person is one, and who stands for them; a person,
// whether the person was ever merged with another, and the events.
const (
	holderQuery = "SELECT d.resident_id, r.known, l.into_id FROM document d JOIN resident r ON r.resident_id = d.resident_id" +
		" LEFT JOIN resident_link l ON l.resident_id = d.resident_id WHERE d.document_index = ?"
	residentQuery = "SELECT r.version, r.known, l.resident_id, e.coded, e.sealed FROM resident r JOIN event e ON e.resident_id = r.resident_id" +
		" LEFT JOIN resident_link l ON l.into_id = r.resident_id WHERE r.resident_id = ?"
)

// runLookup compares what a look-up costs beyond an echo of the same messages
// through the same interceptors with the bare prepared statement that finds the
// same rows.
func (b *bench) runLookup(ctx context.Context) (all []figures.Comparison, err error) {
	feed, err := b.writeFeed(b.residents)
	if err != nil {
		return nil, err
	}
	for _, e := range b.engines() {
		list, err := b.lookUpOn(ctx, e, feed)
		if err != nil {
			return all, fmt.Errorf("%s: %w", e.name(), err)
		}
		all = append(all, list...)
	}
	return all, nil
}

func (b *bench) lookUpOn(ctx context.Context, e engine, feed feedFile) (list []figures.Comparison, err error) {
	dsn, drop, err := e.fresh(ctx, b)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, drop()) }()
	folder, err := os.MkdirTemp(b.folder, "once-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	r, err := openRegistry(ctx, dsn, folder, b.county(b.residents))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.stop()) }()
	if _, err := r.importFile(ctx, feed.gb18030); err != nil {
		return nil, err
	}
	if err := r.quiet(ctx); err != nil {
		return nil, err
	}
	people, err := b.people(ctx, registryv1.NewRegistryServiceClient(r.memory), r.db.SQL())
	if err != nil {
		return nil, err
	}
	same, err := answersOf(ctx, r.memory, people[0])
	if err != nil {
		return nil, err
	}
	echoes, err := serve(ctx, "echo", same)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, echoes.stop()) }()
	for _, one := range []struct {
		name, query string
		by          func(context.Context, *grpc.ClientConn, bool) func(person) error
		keys        func(person) []any
	}{
		{
			"按证件 by document", holderQuery,
			byDocument, func(p person) []any { return []any{p.index} },
		},
		{
			"按编号 by id", residentQuery,
			byID, func(p person) []any { return []any{p.id} },
		},
	} {
		statement, err := r.db.SQL().PrepareContext(ctx, one.query) //nolint:sqlclosecheck // the database goes next
		if err != nil {
			return nil, err
		}
		bare := func(p person) error { return readAll(ctx, statement, one.keys(p)) }
		ours, echoed, base, err := b.beyondEcho(e, eachOf(people, one.by(ctx, r.memory, true)), eachOf(people, one.by(ctx, echoes.memory, false)), eachOf(people, bare))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.name, err)
		}
		list = append(list, figures.Comparison{
			Section: "f", Case: one.name + ", " + e.name(), Residents: b.residents, Ours: ours, Baseline: base,
			Note: besides(echoed) + "; 每次核对人员 the person is checked in every call",
		})
	}
	return list, nil
}

// people chooses who is asked for, evenly over the county.
func (b *bench) people(ctx context.Context, to registryv1.RegistryServiceClient, db *sql.DB) (out []person, err error) {
	every := max(1, b.residents/asked)
	req := &registryv1.LookupResidentsRequest{}
	for p := range b.county(b.residents).People() {
		if p.Index%every == 0 && len(req.GetDocuments()) < 500 {
			out = append(out, person{number: p.Number})
			req.Documents = append(req.Documents, citizen(p.Number))
		}
	}
	resp, err := to.LookupResidents(ctx, req)
	if err != nil {
		return nil, err
	}
	for i, r := range resp.GetResults() {
		out[i].id = r.GetResidentId()
		if err := db.QueryRowContext(ctx, "SELECT document_index FROM document WHERE resident_id = ?", out[i].id).Scan(&out[i].index); err != nil {
			return nil, fmt.Errorf("person %d: %w", i, err)
		}
	}
	return out, nil
}

func citizen(number string) *registryv1.Document {
	return &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN, Number: number}
}

// byDocument asks who holds a document; checked, it must be the one.
func byDocument(ctx context.Context, conn *grpc.ClientConn, checked bool) func(person) error {
	client := registryv1.NewRegistryServiceClient(conn)
	return func(p person) error {
		resp, err := client.LookupResidents(ctx, &registryv1.LookupResidentsRequest{Documents: []*registryv1.Document{citizen(p.number)}})
		if err == nil && checked && resp.GetResults()[0].GetResidentId() != p.id {
			return errors.New("somebody else was found")
		}
		return err
	}
}

// byID asks for a resident; checked, it must be the one.
func byID(ctx context.Context, conn *grpc.ClientConn, checked bool) func(person) error {
	client := registryv1.NewRegistryServiceClient(conn)
	return func(p person) error {
		resp, err := client.GetResident(ctx, &registryv1.GetResidentRequest{ResidentId: p.id})
		if err == nil && checked && resp.GetResident().GetResidentId() != p.id {
			return errors.New("somebody else was found")
		}
		return err
	}
}

// beyondEcho measures calls, echoes and statements by turns, and takes the echo
// from the call.
func (b *bench) beyondEcho(e engine, call, echo, bare func() error) (ours, echoed, base figures.Line, err error) {
	took, err := b.byTurns(e, call, echo, bare)
	if err != nil {
		return ours, echoed, base, err
	}
	ours, echoed, base = took[0].named("调用减回显 call less echo"), took[1].named("同样消息的回显 echo of the same messages"), took[2].named("裸预备语句 bare prepared SQL")
	ours.Wall, ours.CPU = less(ours.Wall, echoed.Wall), less(ours.CPU, echoed.CPU)
	if ours.Server > 0 && echoed.Server > 0 {
		ours.Server = less(ours.Server, echoed.Server)
	}
	return ours, echoed, base, nil
}

// besides says what was taken away, and how many asked.
func besides(echoed figures.Line) string {
	return fmt.Sprintf("%d 人同时查 ask at once; 回显 the echo of the same messages takes %s, CPU %s", lookers, figures.Short(echoed.Wall), figures.Short(echoed.CPU))
}

func less(a, b time.Duration) time.Duration { return max(a-b, time.Nanosecond) }

func readAll(ctx context.Context, statement *sql.Stmt, keys []any) (err error) {
	rows, err := statement.QueryContext(ctx, keys...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(sql.RawBytes)
	}
	some := false
	for rows.Next() {
		some = true
		if err := rows.Scan(cells...); err != nil {
			return err
		}
	}
	if !some {
		return sql.ErrNoRows
	}
	return rows.Err()
}
