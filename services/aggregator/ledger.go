package aggregator

import (
	"context"
	"errors"
	"fmt"

	"xinju.dev/services/aggregator/internal/derive"
	"xinju.dev/services/aggregator/internal/derived"
	"xinju.dev/services/aggregator/internal/desk"
	"xinju.dev/services/aggregator/internal/figures"
	"xinju.dev/services/aggregator/internal/store"
)

// Ledger says where the numbers are.
type Ledger string

// The forms of the ledger.
const (
	// InMemory holds the numbers in memory; "" is the same.
	InMemory Ledger = "memory"
	// InBoth holds them in memory and keeps them by months in the database too, for
	// processes that read there.
	InBoth Ledger = "both"
	// InSQL reads them from the database that another process with InBoth keeps,
	// holds none itself and follows nothing: it answers with the revision that was
	// written last.
	InSQL Ledger = "sql"
)

var errLedger = errors.New("ledger must be memory, both or sql")

// UnmarshalText takes one of the three names.
func (l *Ledger) UnmarshalText(text []byte) error {
	switch form := Ledger(text); form {
	case "", InMemory, InBoth, InSQL:
		*l = form
		return nil
	}
	return fmt.Errorf("%w: %.20q", errLedger, text)
}

// MarshalText writes the name.
func (l Ledger) MarshalText() ([]byte, error) { return []byte(l), nil }

// newReader is a service that answers from the tables alone.
func newReader(d *Deps) (*Service, error) {
	s := &Service{log: d.Log, store: store.New(d.DB)}
	book := &derived.Reader{Store: s.store, Desk: desk.New(d.DB), Deriver: derive.New(d.Packs), Loads: true, Sources: SourceNames()}
	if len(d.Sources) > 0 {
		book.Sources = d.followed()
	}
	return s, s.serve(book, d, figures.Open(d.DB))
}

// tokenKey is what page tokens are sealed with. A process that only reads fails
// with AGGREGATOR_LOADING before another one has made it.
func (s *Service) tokenKey(ctx context.Context) ([]byte, error) {
	if s.book != nil {
		return s.store.MakeTokenKey(ctx)
	}
	secret, err := s.store.TokenKey(ctx)
	if err == nil && secret == nil {
		err = derived.ErrLoading
	}
	return secret, err
}

// rest keeps a service that has nothing to do by itself.
func rest(ctx context.Context, ready func()) error {
	ready()
	<-ctx.Done()
	return ctx.Err()
}
