package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	"xinju.dev/services/platform/sqlstore"
)

// LinePage asks for the lines of an indicator that are there on a day, in the
// order of village, sort key, resident and event: those after a place, up to the
// last line of a village.
type LinePage struct {
	Indicator int32
	Day       int32
	After     LinePlace // a village alone: from its first line on
	Last      string    // village
	Limit     int
}

// A page is one run of the primary key, which is the order of the list. SQLite
// reads row by row and is stopped: a parameter in LIMIT would make it prepare
// every statement twice.
const (
	lineBegin = "SELECT place, from_day, until_day, on_day, weight FROM uncovered" +
		" WHERE generation = ? AND indicator = ? AND place > ? AND place < ? AND from_day <= ? AND until_day > ?"
	lineHead  = " AND EXISTS (SELECT 1 FROM generation WHERE id = 1 AND current = ? AND revision = ?)"
	lineOrder = " ORDER BY place"
)

func lineQuery(e sqlstore.Engine, head string) string {
	if e == sqlstore.SQLite {
		return lineBegin + head + lineOrder
	}
	return lineBegin + head + lineOrder + " LIMIT ?"
}

func (p *LinePage) args(e sqlstore.Engine, generation int64, head ...any) []any {
	after := p.After.bytes()
	if p.After.ResidentID == "" {
		after = villageBegin(p.After.Village)
	}
	args := append(make([]any, 0, 9), generation, p.Indicator, after, villageEnd(p.Last), p.Day, p.Day)
	args = append(args, head...)
	if e != sqlstore.SQLite {
		args = append(args, p.Limit)
	}
	return args
}

// Lines reads one page.
func (t Tx) Lines(generation int64, p LinePage) ([]LineRow, error) {
	e := sqlstore.EngineOf(t.tx)
	l := newLineScan(&p)
	err := sqlstore.Query(t.tx, l.take, lineQuery(e, ""), p.args(e, generation)...)
	return l.lines(err)
}

// lineStatements are the reading of lines outside of a transaction.
type lineStatements struct {
	engine sqlstore.Engine
	page   *sqlstore.Statement
	head   *sqlstore.Statement
}

func newLineStatements(db *sqlstore.DB) lineStatements {
	return lineStatements{
		engine: db.Engine(), page: db.Statement(lineQuery(db.Engine(), lineHead)),
		head: db.Statement("SELECT current, revision FROM generation WHERE id = 1"),
	}
}

// LinesAt reads one page as long as is is what is served, whose derivation does
// not matter. Otherwise served is false and there are no lines. It is one
// statement, and another one only when there are none.
func (s *Store) LinesAt(ctx context.Context, is Head, p LinePage) (rows []LineRow, served bool, err error) {
	l := newLineScan(&p)
	args := p.args(s.lines.engine, is.Generation, is.Generation, is.Revision)
	rows, err = l.lines(s.lines.page.Each(ctx, l.take, args...))
	if err != nil || len(rows) > 0 {
		return rows, true, err
	}
	// Revisions only grow: what is served still was so a moment ago.
	var now Head
	err = s.lines.head.Each(ctx, func(r *sql.Rows) error { return r.Scan(&now.Generation, &now.Revision) })
	return nil, now.Generation == is.Generation && now.Revision == is.Revision, err
}

// lineScan takes lines out of rows, until there are as many as were asked for.
type lineScan struct {
	limit int
	row   LineRow
	place sql.RawBytes
	into  []any
	out   []LineRow
}

func newLineScan(p *LinePage) *lineScan {
	l := &lineScan{limit: p.Limit, row: LineRow{Indicator: p.Indicator}, out: make([]LineRow, 0, min(p.Limit, 128))}
	r := &l.row
	l.into = []any{&l.place, (*whole)(&r.FromDay), (*whole)(&r.UntilDay), (*whole)(&r.OnDay), (*whole)(&r.Weight)}
	return l
}

var errEnough = errors.New("as many lines as were asked for")

func (l *lineScan) take(rows *sql.Rows) error {
	if len(l.out) == l.limit {
		return errEnough
	}
	if err := rows.Scan(l.into...); err != nil {
		return err
	}
	at, err := placeOf(l.place)
	if err != nil {
		return err
	}
	l.row.Village, l.row.SortKey, l.row.ResidentID, l.row.EventID = at.Village, at.SortKey, at.ResidentID, at.EventID
	l.out = append(l.out, l.row)
	if len(l.out) == l.limit {
		return errEnough
	}
	return nil
}

func (l *lineScan) lines(err error) ([]LineRow, error) {
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return slices.Clip(l.out), nil
}

// whole is a number of a row; package sql would write it down and read it again.
type whole int32

// Scan implements sql.Scanner.
func (w *whole) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		*w = whole(v)
		return nil
	case []byte:
		n, err := strconv.ParseInt(string(v), 10, 32)
		*w = whole(n)
		return err
	}
	return errWhole
}

var errWhole = errors.New("a number of a line is none")
