// Package loader brings an invented county into a running suite through its
// public RPCs, as police, clinics and stations would: places, the residence feed
// as a file, look-up in batches, and records in batches. It knows no database.
// Every write carries a request_id made from the seed, so that loading the same
// county again changes nothing.
package loader

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	registryv1 "xinju.dev/api/gen/xinju/registry/v1"

	"xinju.dev/deploy/client"
	"xinju.dev/deploy/synthetic"
)

// Progress is told how far a stage is; total is 0 while unknown. Calls come from
// one goroutine at a time.
type Progress func(stage string, done, total int64)

// Config says what to load and where.
type Config struct {
	County   *synthetic.County
	To       *client.Suite
	FeedFile string // where the residence feed is written
	BadRows  bool   // strew bad rows into it
	Workers  int    // people loaded at a time, in chunks; 4 when 0
	Progress Progress
}

// Result is what was loaded.
type Result struct {
	Feed      synthetic.FeedCounts
	Batch     *registryv1.FeedBatch // the import, ended
	Residents []string              // resident_id by index of the person, "" when not registered
	Records   int64
}

// Sender is who the invented feed comes from.
const Sender = "ga-990101"

const (
	batchSize = 500
	chunkSize = 2000
)

// ErrImport says that the residence feed could not be imported as a whole.
var ErrImport = errors.New("居住数据导入失败 the import of the residence feed failed")

type loader struct {
	Config
	units  map[string]string // key of the invented unit → unit_id
	result Result
}

// Load loads the county and waits until the feed has been applied. It does not
// wait for the aggregator: see WaitFollowed.
func Load(ctx context.Context, c Config) (Result, error) {
	if c.Workers <= 0 {
		c.Workers = 4
	}
	if c.Progress == nil {
		c.Progress = func(string, int64, int64) {}
	}
	l := &loader{Config: c, units: map[string]string{}}
	for _, step := range []func(context.Context) error{l.places, l.feed, l.lookUp, l.records} {
		if err := step(ctx); err != nil {
			return l.result, err
		}
	}
	return l.result, nil
}

// requestID names one write of this load.
func (l *loader) requestID(parts ...any) string {
	return fmt.Sprintf("county-%d-%d-%s", l.County.Seed, l.County.Residents, fmt.Sprint(parts...))
}

// Places creates the county's divisions and units.
func Places(ctx context.Context, to *client.Suite, county *synthetic.County) error {
	l := &loader{Config: Config{County: county, To: to, Progress: func(string, int64, int64) {}}, units: map[string]string{}}
	return l.places(ctx)
}

func (l *loader) places(ctx context.Context) error {
	l.Progress("区划与机构 places", 0, 0)
	divisions := make([]*registryv1.Division, len(l.County.Divisions))
	for i, d := range l.County.Divisions {
		divisions[i] = &registryv1.Division{
			DivisionCode: d.Code, Name: d.Name, ParentCode: d.Parent, Level: registryv1.DivisionLevel(d.Level),
		}
	}
	for n, part := range chunks(divisions, batchSize) {
		if _, err := l.To.Places.BatchCreateDivisions(ctx, &registryv1.BatchCreateDivisionsRequest{Divisions: part, RequestId: l.requestID("divisions", n)}); err != nil {
			return fmt.Errorf("create divisions: %w", err)
		}
	}
	units := make([]*registryv1.Unit, len(l.County.Units))
	for i, u := range l.County.Units {
		units[i] = &registryv1.Unit{Name: u.Name, Kind: registryv1.UnitKind(u.Kind), Division: u.Division}
		for _, v := range u.Villages {
			units[i].ManagedVillages = append(units[i].ManagedVillages, &registryv1.ManagedVillage{Division: v})
		}
	}
	made, err := l.To.Places.BatchCreateUnits(ctx, &registryv1.BatchCreateUnitsRequest{Units: units, RequestId: l.requestID("units")})
	if err != nil {
		return fmt.Errorf("create units: %w", err)
	}
	for i, u := range made.GetUnits() {
		l.units[l.County.Units[i].Key] = u.GetUnitId()
	}
	return nil
}

// lookUp asks who holds each person's document, 500 at a time.
func (l *loader) lookUp(ctx context.Context) error {
	var documents []*registryv1.Document
	for p := range l.County.People() {
		documents = append(documents, &registryv1.Document{Type: registryv1.DocumentType_DOCUMENT_TYPE_CITIZEN, Number: p.Number})
	}
	l.result.Residents = make([]string, len(documents))
	total := int64(len(documents))
	for n, part := range chunks(documents, batchSize) {
		found, err := l.To.Registry.LookupResidents(ctx, &registryv1.LookupResidentsRequest{Documents: part})
		if err != nil {
			return fmt.Errorf("look up residents: %w", err)
		}
		for i, r := range found.GetResults() {
			l.result.Residents[n*batchSize+i] = r.GetResidentId()
		}
		l.Progress("按证件查找 look-up", min(int64((n+1)*batchSize), total), total)
	}
	return nil
}

// records writes everything that clinics know, a chunk of people at a time.
func (l *loader) records(ctx context.Context) error {
	total := int64(len(l.result.Residents))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(l.Workers)
	finished := make(chan written, l.Workers)
	told := make(chan struct{})
	go func() {
		defer close(told)
		var people int64
		for w := range finished {
			people += w.people
			l.result.Records += w.records
			l.Progress("服务记录 records", people, total)
		}
	}()
	var part []*synthetic.Person
	n := 0
	send := func() {
		people, chunk := part, n
		part, n = nil, n+1
		group.Go(func() error {
			w, err := l.chunk(ctx, chunk, people)
			finished <- w
			return err
		})
	}
	for p := range l.County.People() {
		if part = append(part, p); len(part) == chunkSize {
			send()
		}
		if ctx.Err() != nil {
			break
		}
	}
	send()
	err := group.Wait()
	close(finished)
	<-told
	return err
}

type written struct{ people, records int64 }

// chunks cuts items into numbered parts.
func chunks[T any](items []T, size int) func(func(int, []T) bool) {
	return func(yield func(int, []T) bool) {
		for n := 0; n*size < len(items); n++ {
			if !yield(n, items[n*size:min((n+1)*size, len(items))]) {
				return
			}
		}
	}
}
