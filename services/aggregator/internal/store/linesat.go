package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
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

func (p *LinePage) after() []byte {
	if p.After.ResidentID == "" {
		return villageBegin(p.After.Village)
	}
	return p.After.bytes()
}

// lineStatements are the reading of lines outside of a transaction, by lineBounds.
type lineStatements struct {
	db    *sqlstore.DB
	sized [len(lineBounds)]*sqlstore.Statement
}

func newLineStatements(db *sqlstore.DB) lineStatements {
	s := lineStatements{db: db}
	for i, b := range lineBounds {
		s.sized[i] = db.Statement(lineQuery(db.Engine(), b, served))
	}
	return s
}

func (s *lineStatements) ask(ctx context.Context, b linesBound, each func(*sql.Rows) error, args ...any) error {
	if i := slices.Index(lineBounds[:], b); i >= 0 {
		return s.sized[i].Each(ctx, each, args...)
	}
	return s.db.Read(ctx, func(tx *gorm.DB) error {
		return sqlstore.Query(tx, each, lineQuery(s.db.Engine(), b, served), args...)
	})
}

// Lines reads one page.
func (t Tx) Lines(generation int64, p LinePage) ([]LineRow, error) {
	r := t.reading(generation, p.Indicator)
	return r.page(&p)
}

func (t Tx) reading(generation int64, indicator int32) lineReading {
	return lineReading{generation, indicator, false, func(b linesBound, each func(*sql.Rows) error, args ...any) error {
		return sqlstore.Query(t.tx, each, lineQuery(sqlstore.EngineOf(t.tx), b, ""), args...)
	}}
}

// errNotServed says that something else is served than was asked for.
var errNotServed = errors.New("another state is served")

// LinesAt reads one page as long as is is what is served, whose derivation does
// not matter. Otherwise served is false and there are no lines.
func (s *Store) LinesAt(ctx context.Context, is Head, p LinePage) (rows []LineRow, served bool, err error) {
	r := lineReading{is.Generation, p.Indicator, true, func(b linesBound, each func(*sql.Rows) error, args ...any) error {
		return s.lines.ask(ctx, b, each, append(args, is.Generation, is.Revision)...)
	}}
	rows, err = r.page(&p)
	if errors.Is(err, errNotServed) {
		return nil, false, nil
	}
	return rows, err == nil, err
}

// page reads stretch by stretch until there are lines enough.
func (r *lineReading) page(p *LinePage) ([]LineRow, error) {
	out := make([]LineRow, 0, min(p.Limit, 128))
	end, after := villageEnd(p.Last), p.after()
	for n := 0; len(out) < p.Limit; n++ {
		s, err := r.stretch(lineBounds[min(n, len(lineBounds)-1)], after, end, p.Day)
		if err != nil {
			return nil, err
		}
		var failed error
		err = s.each(func(l *storedLine) bool {
			if l.from <= p.Day && p.Day < l.until && bytes.Compare(l.place, after) > 0 {
				var row LineRow
				row, failed = l.row(p.Indicator)
				out = append(out, row)
			}
			return len(out) < p.Limit && failed == nil
		})
		if err = errors.Join(err, failed); err != nil {
			return nil, err
		}
		if s.whole {
			break
		}
		after = s.upTo
	}
	return slices.Clip(out), nil
}

func (l *storedLine) row(indicator int32) (LineRow, error) {
	at, err := placeOf(l.place)
	return LineRow{
		Indicator: indicator, Village: at.Village, SortKey: at.SortKey, ResidentID: at.ResidentID, EventID: at.EventID,
		FromDay: l.from, UntilDay: l.until, OnDay: l.on, Weight: l.weight,
	}, err
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
