package store

import (
	"context"
	"database/sql"

	"xinju.dev/services/platform/idempotency"
	"xinju.dev/services/platform/sqlstore"
)

// OperationRow is one rebuild. State is numbered as in the API; times are Unix
// milliseconds, EndedMS 0 while it runs.
type OperationRow struct {
	ID, Kind      string
	State         int32
	Stage         string
	Done, Total   int64
	FailureReason string
	FailureText   string
	CreatedMS     int64
	EndedMS       int64
}

const operationColumns = "id, kind, state, stage, done, total, failure_reason, failure_text, created_ms, ended_ms"

func (t Tx) operations(where string, args ...any) (out []OperationRow, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error {
		var o OperationRow
		if err := rows.Scan(&o.ID, &o.Kind, &o.State, &o.Stage, &o.Done, &o.Total, &o.FailureReason, &o.FailureText, &o.CreatedMS, &o.EndedMS); err != nil {
			return err
		}
		out = append(out, o)
		return nil
	}, "SELECT "+operationColumns+" FROM operation WHERE "+where+" ORDER BY id", args...)
	return out, err
}

// Operation reads one operation; false when there is none.
func (t Tx) Operation(id string) (OperationRow, bool, error) {
	list, err := t.operations("id = ?", id)
	if err != nil || len(list) == 0 {
		return OperationRow{}, false, err
	}
	return list[0], true, nil
}

// Unfinished reads the operations that have not ended.
func (t Tx) Unfinished() ([]OperationRow, error) { return t.operations("ended_ms = 0") }

// PutOperation writes one operation.
func (t Tx) PutOperation(o OperationRow) error {
	return t.replace("operation", []string{"id", "kind", "state", "stage", "done", "total", "failure_reason", "failure_text", "created_ms", "ended_ms"},
		[][]any{{o.ID, o.Kind, o.State, o.Stage, o.Done, o.Total, o.FailureReason, o.FailureText, o.CreatedMS, o.EndedMS}})
}

// SaveOperation writes one operation in a transaction of its own.
func (s *Store) SaveOperation(ctx context.Context, o OperationRow) error {
	return s.Write(ctx, func(t Tx) error { return t.PutOperation(o) })
}

// Claim takes a request id; prior is the operation that an earlier call with it began.
func (t Tx) Claim(method, requestID string) (prior string, found bool, err error) {
	b, found, err := idempotency.Claim(t.tx, method, requestID, []byte(method))
	return string(b), found, err
}

// Keep remembers the operation that a request id began.
func (t Tx) Keep(method, requestID, operation string) error {
	return idempotency.Keep(t.tx, method, requestID, []byte(method), []byte(operation))
}
