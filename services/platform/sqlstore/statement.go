package sqlstore

import (
	"context"
	"database/sql"
	"sync"
)

// Statement is a query that is asked so often that it is kept prepared. What it
// reads is one snapshot, like a Read of one statement, without the two round
// trips of a transaction.
type Statement struct {
	db    *DB
	query string

	mu   sync.Mutex
	stmt *sql.Stmt // nil until it is first asked
}

// Statement returns a query to be asked with Each. query is from the program.
// It is good for as long as d is open.
func (d *DB) Statement(query string) *Statement { return &Statement{db: d, query: query} }

// readers is the pool whose statements stay prepared.
func (d *DB) readers() *sql.DB {
	if d.asked != nil {
		return d.asked
	}
	return d.pools[len(d.pools)-1]
}

// Each asks with args and calls each for every row. It fails as Read does.
func (s *Statement) Each(ctx context.Context, each func(rows *sql.Rows) error, args ...any) (err error) {
	stmt, err := s.prepared(ctx) //nolint:sqlclosecheck // kept for the next call; the pool ends it
	if err != nil {
		return ended(ctx, err)
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return ended(ctx, err)
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = ended(ctx, cerr)
		}
	}()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return ended(ctx, rows.Err())
}

// prepared prepares the query once; a caller who leaves takes nobody along.
func (s *Statement) prepared(ctx context.Context) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stmt == nil {
		stmt, err := s.db.readers().PrepareContext(context.WithoutCancel(ctx), s.query)
		if err != nil {
			return nil, err
		}
		s.stmt = stmt
	}
	return s.stmt, nil
}
