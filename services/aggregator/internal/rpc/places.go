package rpc

import (
	"context"
	"encoding/json"
	"sync"

	"xinju.dev/services/aggregator/internal/coverage"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/page"
)

// Places puts the places of lines into page tokens and reads them there. A place
// holds a village, house and room numbers and a person, and a token stands in
// URLs: nobody reads it there without the secret of the database, and every
// process on that database does. It is safe for concurrent use.
type Places struct {
	secret func(ctx context.Context) ([]byte, error)

	mu     sync.Mutex
	sealer *page.Sealer // nil until it is needed
}

// NewPlaces returns places sealed with a secret of 32 random bytes, which is asked
// for until it was got once.
func NewPlaces(secret func(ctx context.Context) ([]byte, error)) *Places {
	return &Places{secret: secret}
}

func (p *Places) open(ctx context.Context) (*page.Sealer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sealer != nil {
		return p.sealer, nil
	}
	secret, err := p.secret(ctx)
	if err != nil {
		return nil, err
	}
	p.sealer, err = page.NewSealer(secret)
	return p.sealer, err
}

// token is that of the page after what is sealed in it.
func (p *Places) token(ctx context.Context, filter []byte, at any) (string, error) {
	key, err := json.Marshal(at)
	if err != nil {
		return "", err
	}
	s, err := p.open(ctx)
	if err != nil {
		return "", err
	}
	return s.Encode(filter, string(key)), nil
}

// read reads what a token holds into at, and says whether there is one.
func (p *Places) read(ctx context.Context, q page.Query, filter []byte, at any) (bool, error) {
	if q.Token == "" {
		return false, nil
	}
	s, err := p.open(ctx)
	if err != nil {
		return false, err
	}
	key, err := s.Key(filter, q)
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal([]byte(key), at); err != nil {
		return false, page.ErrToken
	}
	return true, nil
}

// after is the token of the page after a line.
func (p *Places) after(ctx context.Context, filter []byte, l coverage.Place) (string, error) {
	return p.token(ctx, filter, bytesOf(l))
}

// place is where a page starts: after that line, the zero Place for the first.
func (p *Places) place(ctx context.Context, q page.Query, filter []byte) (coverage.Place, error) {
	var parts [4][]byte
	_, err := p.read(ctx, q, filter, &parts)
	return placeOf(parts), err
}

// A sort key may hold any byte, which a string of JSON may not.
func bytesOf(p coverage.Place) [4][]byte {
	return [4][]byte{[]byte(p.Village), []byte(p.SortKey), []byte(p.ResidentID), []byte(p.EventID)}
}

func placeOf(parts [4][]byte) coverage.Place {
	return coverage.Place{Village: string(parts[0]), SortKey: string(parts[1]), ResidentID: string(parts[2]), EventID: string(parts[3])}
}

// turnAt is the place of a line of a forecast.
type turnAt struct {
	On    civil.Date
	Kind  int32
	Item  string
	Place [4][]byte
}

func (p *Places) afterTurn(ctx context.Context, filter []byte, t *coverage.Turn) (string, error) {
	return p.token(ctx, filter, turnAt{t.On, t.Kind, t.Item, bytesOf(t.Place)})
}

// turn is where a page of a forecast starts; nil for the first.
func (p *Places) turn(ctx context.Context, q page.Query, filter []byte) (*coverage.Turn, error) {
	var at turnAt
	if there, err := p.read(ctx, q, filter, &at); err != nil || !there {
		return nil, err
	}
	return &coverage.Turn{On: at.On, Kind: at.Kind, Item: at.Item, Place: placeOf(at.Place)}, nil
}
