package desk

import (
	"database/sql"
	"strings"

	"xinju.dev/services/aggregator/internal/figure"
	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/sqlstore"
)

// Faults of figures.
var (
	ErrNoFigure      = fault.New(fault.NotFound, "FIGURE_NOT_FOUND", "there is no such figure", "没有该外部数据")
	ErrFigureChanged = fault.New(fault.Stale, "FIGURE_CHANGED", "the figure was changed since it was read; read it again", "该外部数据已被修改，请重新读取")
)

// What is kept, see package figure.
type (
	FigureKey    = figure.Key
	Figure       = figure.Version
	FigureFilter = figure.Filter
)

const figureColumns = "figure_id, division, period_ymd, version, latest, deleted, value, source, document, document_ymd, recorded_ms, recorded_by"

func (t Tx) figures(where string, args ...any) (out []Figure, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var f Figure
		if err := rows.Scan(&f.ID, &f.Division, &f.PeriodYMD, &f.Number, &f.Latest, &f.Deleted, &f.Value, &f.Source, &f.Document,
			&f.DocumentYMD, &f.RecordedMS, &f.RecordedBy); err != nil {
			return err
		}
		out = append(out, f)
		return nil
	}, "SELECT "+figureColumns+" FROM desk_figure WHERE "+where, args...)
	return out, err
}

// FigureRevision counts the changes of figures.
func (t Tx) FigureRevision() (revision int64, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&revision) }, "SELECT revision FROM desk_figure_revision WHERE one = 1")
	return revision, err
}

// FiguresInForce reads every figure that holds, by figure, division and time.
func (t Tx) FiguresInForce() ([]Figure, error) {
	return t.figures("latest = 1 AND deleted = 0 ORDER BY figure_id, division, period_ymd")
}

// Figures reads a part of a list: by figure, division, time, latest version first.
func (t Tx) Figures(f FigureFilter) ([]Figure, error) {
	where, args := []string{"1 = 1"}, []any{}
	add := func(cond string, values ...any) {
		where, args = append(where, cond), append(args, values...)
	}
	if f.ID != "" {
		add("figure_id = ?", f.ID)
	}
	if f.Division != "" {
		add("division = ?", f.Division)
	}
	if !f.History {
		add("latest = 1 AND deleted = 0")
	}
	if a := f.After; a != nil {
		add("(figure_id > ? OR figure_id = ? AND (division > ? OR division = ? AND (period_ymd > ? OR period_ymd = ? AND version < ?)))",
			a.ID, a.ID, a.Division, a.Division, a.PeriodYMD, a.PeriodYMD, a.Number)
	}
	return t.figures(strings.Join(where, " AND ")+" ORDER BY figure_id, division, period_ymd, version DESC LIMIT ?", append(args, f.Limit)...)
}

// latestFigure reads the latest version; false when there never was one.
func (t Tx) latestFigure(k FigureKey) (Figure, bool, error) {
	list, err := t.figures("figure_id = ? AND division = ? AND period_ymd = ? ORDER BY version DESC LIMIT 1", k.ID, k.Division, k.PeriodYMD)
	if err != nil || len(list) == 0 {
		return Figure{}, false, err
	}
	return list[0], true, nil
}

// Put says what PutFigure did.
type Put int

// What PutFigure did.
const (
	Created Put = iota + 1
	Replaced
	Unchanged
)

// PutFigure writes the next version of a figure unless it says what the latest
// one says. Number, Latest and Deleted are not read.
func (t Tx) PutFigure(f Figure) (Put, error) {
	before, found, err := t.latestFigure(f.Key)
	if err != nil {
		return 0, err
	}
	done := Created
	if found && !before.Deleted {
		if before.Value == f.Value && before.Source == f.Source && before.Document == f.Document && before.DocumentYMD == f.DocumentYMD {
			return Unchanged, nil
		}
		done = Replaced
	}
	f.Number, f.Deleted = before.Number+1, false
	return done, t.nextFigure(f)
}

// DeleteFigure writes a version that says that there is none any more. version 0
// deletes whatever is there. It fails with FIGURE_NOT_FOUND, FIGURE_CHANGED.
func (t Tx) DeleteFigure(k FigureKey, version int32, ms int64, by string) error {
	f, found, err := t.latestFigure(k)
	switch {
	case err != nil:
		return err
	case !found || f.Deleted:
		return ErrNoFigure
	case version != 0 && f.Number != version:
		return ErrFigureChanged
	}
	f.Number, f.Deleted, f.RecordedMS, f.RecordedBy = f.Number+1, true, ms, by
	return t.nextFigure(f)
}

// FiguresChange counts a change. It comes before the first write of a
// transaction: its row also makes writers wait for each other.
func (t Tx) FiguresChange() error {
	return sqlstore.Exec(t.tx, "UPDATE desk_figure_revision SET revision = revision + 1 WHERE one = 1")
}

func (t Tx) nextFigure(f Figure) error {
	err := sqlstore.Exec(t.tx, "UPDATE desk_figure SET latest = 0 WHERE figure_id = ? AND division = ? AND period_ymd = ? AND latest = 1",
		f.ID, f.Division, f.PeriodYMD)
	if err != nil {
		return err
	}
	return sqlstore.Exec(t.tx, "INSERT INTO desk_figure ("+figureColumns+") VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)",
		f.ID, f.Division, f.PeriodYMD, f.Number, f.Deleted, f.Value, f.Source, f.Document, f.DocumentYMD, f.RecordedMS, f.RecordedBy)
}
