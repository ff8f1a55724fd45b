package desk

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"xinju.dev/services/aggregator/internal/chase"
	"xinju.dev/services/platform/civil"
	"xinju.dev/services/platform/sqlstore"
)

var chaseColumns = []string{
	"indicator_id", "resident_id", "event_id", "version", "assigned_to", "assigned_unit", "due", "assigned_by",
	"assigned_ms", "outcome", "outcome_on", "outcome_by", "remark", "changed_ms",
}

func chaseRow(c *chase.Entry) []any {
	return []any{
		c.Indicator, c.ResidentID, c.EventID, c.Version, c.AssignedTo, c.AssignedUnit, int64(c.Due), c.AssignedBy,
		c.AssignedMs, c.Outcome, int64(c.OutcomeOn), c.OutcomeBy, c.Remark, c.ChangedMs,
	}
}

func scanChase(rows *sql.Rows) (c chase.Entry, err error) {
	var due, on int64
	err = rows.Scan(&c.Indicator, &c.ResidentID, &c.EventID, &c.Version, &c.AssignedTo, &c.AssignedUnit, &due, &c.AssignedBy,
		&c.AssignedMs, &c.Outcome, &on, &c.OutcomeBy, &c.Remark, &c.ChangedMs)
	c.Due, c.OutcomeOn = civil.Date(due), civil.Date(on)
	return c, err
}

var chaseSelect = "SELECT " + strings.Join(chaseColumns, ", ") + " FROM "

// Chases reads the entries of an indicator that any of the residents has.
func (d *Desk) Chases(ctx context.Context, indicator string, residents []string) (out []chase.Entry, err error) {
	err = d.Read(ctx, func(t Tx) (err error) {
		out, err = t.Chases(indicator, residents)
		return err
	})
	return out, err
}

// ChasesOf reads every entry of an indicator.
func (d *Desk) ChasesOf(ctx context.Context, indicator string) (out []chase.Entry, err error) {
	err = d.Read(ctx, func(t Tx) error {
		return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
			c, err := scanChase(rows)
			out = append(out, c)
			return err
		}, chaseSelect+"desk_chase WHERE indicator_id = ?", indicator)
	})
	return out, err
}

// ChaseStates reads every state that a line has had under any of the
// identifiers, latest first.
func (d *Desk) ChaseStates(ctx context.Context, indicator, event string, residents []string) (out []chase.Entry, err error) {
	err = d.Read(ctx, func(t Tx) (err error) {
		out, err = t.chaseStates(indicator, event, residents)
		return err
	})
	return out, err
}

// ChangeChases does something to entries once for a request, see Once.
func (d *Desk) ChangeChases(ctx context.Context, method, requestID string, digest []byte, do func(chase.Tx) ([]byte, error)) (out []byte, err error) {
	err = d.Write(ctx, func(t Tx) (err error) {
		out, err = t.Once(method, requestID, digest, func() ([]byte, error) { return do(t) })
		return err
	})
	return out, err
}

// Chases reads the entries of an indicator that any of the residents has.
func (t Tx) Chases(indicator string, residents []string) (out []chase.Entry, err error) {
	residents = slices.Compact(slices.Sorted(slices.Values(residents)))
	err = sqlstore.InKeys(t.tx, residents, func(list string, args []any) error {
		return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
			c, err := scanChase(rows)
			out = append(out, c)
			return err
		}, chaseSelect+"desk_chase WHERE indicator_id = ? AND resident_id IN "+list, append([]any{indicator}, args...)...)
	})
	return out, err
}

// PutChases writes entries and adds what they are now to their history. Version
// is the one that the entry gets. It fails with CHASE_CHANGED.
func (t Tx) PutChases(list []chase.Entry) error {
	rows := make([][]any, len(list))
	for i := range list {
		rows[i] = chaseRow(&list[i])
	}
	if err := t.replaceRows("desk_chase", chaseColumns, rows); err != nil {
		return err
	}
	err := sqlstore.InsertMany(t.tx, "desk_chase_state", chaseColumns, rows)
	if errors.Is(err, sqlstore.ErrDuplicate) {
		return chase.ErrChanged
	}
	return err
}

func (t Tx) chaseStates(indicator, event string, residents []string) (out []chase.Entry, err error) {
	err = sqlstore.InKeys(t.tx, residents, func(list string, args []any) error {
		return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
			c, err := scanChase(rows)
			out = append(out, c)
			return err
		}, chaseSelect+"desk_chase_state WHERE indicator_id = ? AND event_id = ? AND resident_id IN "+list, append([]any{indicator, event}, args...)...)
	})
	slices.SortFunc(out, func(a, b chase.Entry) int {
		return cmp.Or(cmp.Compare(b.ChangedMs, a.ChangedMs), strings.Compare(a.ResidentID, b.ResidentID), cmp.Compare(b.Version, a.Version))
	})
	return out, err
}

// chaseRows bounds the rows of one REPLACE.
const chaseRows = 64

func (t Tx) replaceRows(table string, columns []string, rows [][]any) error {
	one := "(" + strings.Repeat("?,", len(columns)-1) + "?)"
	for part := range slices.Chunk(rows, chaseRows) {
		args := make([]any, 0, len(part)*len(columns))
		for _, r := range part {
			args = append(args, r...)
		}
		query := "REPLACE INTO " + table + " (" + strings.Join(columns, ",") + ") VALUES " + strings.Repeat(one+",", len(part)-1) + one
		if err := sqlstore.Exec(t.tx, query, args...); err != nil {
			return err
		}
	}
	return nil
}
