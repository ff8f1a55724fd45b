package desk

import (
	"database/sql"

	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/sqlstore"
)

// ReportRow is a report without its lists. State is numbered as ReportState of
// the API; Request and Content are bytes here.
type ReportRow struct {
	ID, Basis, Division  string
	State                int32
	Request, Summary     []byte
	Content              []byte // nil in lists
	Digest               string
	Failure, FailureText string
	CreatedMS            int64
}

const reportColumns = "report_id, basis_id, division, state, request, summary, digest, failure, failure_text, created_ms"

func (t Tx) reports(where string, args ...any) (out []ReportRow, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var r ReportRow
		if err := rows.Scan(&r.ID, &r.Basis, &r.Division, &r.State, &r.Request, &r.Summary, &r.Digest, &r.Failure, &r.FailureText, &r.CreatedMS); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	}, "SELECT "+reportColumns+" FROM desk_report WHERE "+where, args...)
	return out, err
}

// Report reads one; false when there is none.
func (t Tx) Report(id string) (ReportRow, bool, error) {
	list, err := t.reports("report_id = ?", id)
	if err != nil || len(list) == 0 {
		return ReportRow{}, false, err
	}
	r := list[0]
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&r.Content) }, "SELECT content FROM desk_report WHERE report_id = ?", id)
	return r, true, err
}

// Reports reads up to limit reports, latest first, before an identifier ("" for
// the latest) and of a division ("" for all). What was kept only to compare with
// is left out.
func (t Tx) Reports(division, before string, limit int) ([]ReportRow, error) {
	where, args := "basis_id = ''", []any{}
	if division != "" {
		where, args = where+" AND division = ?", append(args, division)
	}
	if before != "" {
		where, args = where+" AND report_id < ?", append(args, before)
	}
	return t.reports(where+" ORDER BY report_id DESC LIMIT ?", append(args, limit)...)
}

// ReportsInState reads reports of some states, oldest first.
func (t Tx) ReportsInState(from, to int32) ([]ReportRow, error) {
	return t.reports("state >= ? AND state <= ? ORDER BY report_id", from, to)
}

// ReportsFor reads what was kept to compare a report with, oldest first.
func (t Tx) ReportsFor(basis string) ([]ReportRow, error) {
	return t.reports("basis_id = ? ORDER BY report_id", basis)
}

// AddReport writes a new report.
func (t Tx) AddReport(r ReportRow) error {
	return sqlstore.Exec(t.tx, "INSERT INTO desk_report ("+reportColumns+", content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		r.ID, r.Basis, r.Division, r.State, bytesOf(r.Request), bytesOf(r.Summary), r.Digest, r.Failure, r.FailureText, r.CreatedMS, bytesOf(r.Content))
}

// EndReport says how the making of a report ended. One that is frozen is never
// written again: it is not found then, and ended is false.
func (t Tx) EndReport(r ReportRow, frozen int32) (ended bool, err error) {
	up := t.tx.Exec("UPDATE desk_report SET state = ?, summary = ?, content = ?, digest = ?, failure = ?, failure_text = ? WHERE report_id = ? AND state < ?",
		r.State, bytesOf(r.Summary), bytesOf(r.Content), r.Digest, r.Failure, r.FailureText, r.ID, frozen)
	return up.RowsAffected == 1, up.Error
}

func bytesOf(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// DropReport deletes a report that was kept only to compare with.
func (t Tx) DropReport(id string) error {
	return sqlstore.Exec(t.tx, "DELETE FROM desk_report WHERE report_id = ? AND basis_id <> ''", id)
}

// ClaimReport takes a request id; prior is the report that an earlier call with
// the same content began.
func (t Tx) ClaimReport(requestID string, digest []byte) (prior string, found bool, err error) {
	b, found, err := idempotency.Claim(t.tx, "FreezeReport", requestID, digest)
	return string(b), found, err
}

// KeepReport remembers the report that a request id began.
func (t Tx) KeepReport(requestID string, digest []byte, report string) error {
	return idempotency.Keep(t.tx, "FreezeReport", requestID, digest, []byte(report))
}
