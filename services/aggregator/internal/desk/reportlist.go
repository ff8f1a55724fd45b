package desk

import (
	"context"
	"database/sql"

	"xinju.dev/services/platform/sqlstore"
)

// ListPart is some lines of one village and indicator of a report.
type ListPart struct {
	Village         string
	Indicator, Part int
	Lines           int
	Body            []byte // nil when only asked for what there is
}

// PersonPart is in which versions the facts of some residents counted.
type PersonPart struct {
	FirstID string
	Body    []byte
}

// PutListParts writes parts of a report that is being made.
func (t Tx) PutListParts(report string, parts []ListPart) error {
	rows := make([][]any, len(parts))
	for i, p := range parts {
		rows[i] = []any{report, p.Village, p.Indicator, p.Part, p.Lines, bytesOf(p.Body)}
	}
	return insert(t, "desk_report_list", "report_id, village, indicator, part, line_count, body", 6, rows)
}

// PutPersonParts writes parts of a report that is being made.
func (t Tx) PutPersonParts(report string, parts []PersonPart) error {
	rows := make([][]any, len(parts))
	for i, p := range parts {
		rows[i] = []any{report, p.FirstID, bytesOf(p.Body)}
	}
	return insert(t, "desk_report_person", "report_id, first_id, body", 3, rows)
}

// insertRows bounds the rows of one statement: parts are large.
const insertRows = 32

func insert(t Tx, table, columns string, n int, rows [][]any) error {
	one := "(?"
	for range n - 1 {
		one += ",?"
	}
	one += ")"
	for start := 0; start < len(rows); start += insertRows {
		query, args := "INSERT INTO "+table+" ("+columns+") VALUES ", []any(nil)
		for i, r := range rows[start:min(start+insertRows, len(rows))] {
			if i > 0 {
				query += ","
			}
			query += one
			args = append(args, r...)
		}
		if err := sqlstore.Exec(t.tx, query, args...); err != nil {
			return err
		}
	}
	return nil
}

// ListIndex reads which parts there are, without their lines, in order.
func (t Tx) ListIndex(report string) (out []ListPart, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var p ListPart
		if err := rows.Scan(&p.Village, &p.Indicator, &p.Part, &p.Lines); err != nil {
			return err
		}
		out = append(out, p)
		return nil
	}, "SELECT village, indicator, part, line_count FROM desk_report_list WHERE report_id = ? ORDER BY village, indicator, part", report)
	return out, err
}

// ListPart reads one part.
func (t Tx) ListPart(report string, at ListPart) (body []byte, found bool, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&body)
	}, "SELECT body FROM desk_report_list WHERE report_id = ? AND village = ? AND indicator = ? AND part = ?", report, at.Village, at.Indicator, at.Part)
	return body, found, err
}

// EachPersonPart calls each for every part, by the first resident.
func (t Tx) EachPersonPart(report string, each func(PersonPart) error) error {
	return sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var p PersonPart
		if err := rows.Scan(&p.FirstID, &p.Body); err != nil {
			return err
		}
		return each(p)
	}, "SELECT first_id, body FROM desk_report_person WHERE report_id = ? ORDER BY first_id", report)
}

// PersonPart reads the part in which a resident stands if anywhere; nil when all
// begin after the resident.
func (t Tx) PersonPart(report, resident string) (p PersonPart, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&p.FirstID, &p.Body) },
		"SELECT first_id, body FROM desk_report_person WHERE report_id = ? AND first_id <= ? ORDER BY first_id DESC LIMIT 1", report, resident)
	return p, err
}

// dropParts bounds the parts that one transaction deletes.
const dropParts = 200

// DropParts deletes what was written of a report that was not finished, in
// transactions of their own.
func (d *Desk) DropParts(ctx context.Context, report string) error {
	for more := true; more; {
		err := d.Write(ctx, func(t Tx) error {
			index, err := t.listHead(report)
			if err != nil {
				return err
			}
			more = len(index) == dropParts
			for _, p := range index {
				err := sqlstore.Exec(t.tx, "DELETE FROM desk_report_list WHERE report_id = ? AND village = ? AND indicator = ? AND part = ?", report, p.Village, p.Indicator, p.Part)
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return d.Write(ctx, func(t Tx) error {
		return sqlstore.Exec(t.tx, "DELETE FROM desk_report_person WHERE report_id = ?", report)
	})
}

func (t Tx) listHead(report string) (out []ListPart, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var p ListPart
		if err := rows.Scan(&p.Village, &p.Indicator, &p.Part); err != nil {
			return err
		}
		out = append(out, p)
		return nil
	}, "SELECT village, indicator, part FROM desk_report_list WHERE report_id = ? ORDER BY village, indicator, part LIMIT ?", report, dropParts)
	return out, err
}
