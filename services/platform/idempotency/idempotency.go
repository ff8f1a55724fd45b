// Package idempotency remembers requests, so that a retry has no second effect
// and gets the first answer.
//
// It stores no request and no answer, only a digest of the one and what the
// service needs to give the other again.
package idempotency

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"time"

	"xinju.dev/services/platform/fault"
	"xinju.dev/services/platform/migrate"
	"xinju.dev/services/platform/sqlstore"

	"gorm.io/gorm"
)

// Faults of a request id.
var (
	ErrReused = fault.New(fault.Exists, "REQUEST_ID_REUSED",
		"this request_id was used before for another request", "该 request_id 已被另一请求使用")
	ErrRequestID = fault.New(fault.Invalid, "REQUEST_ID_INVALID",
		"a request_id has at most 64 visible ASCII characters", "request_id 须为不超过 64 个可见 ASCII 字符")
	errNotClaimed = errors.New("idempotency: the request was not claimed in this transaction")
)

const maxID = 64

// Claim takes requestID for this transaction. When an earlier request had it
// with the same digest, found is true and prior is what Keep stored: nothing
// must be done again. A second request that comes while the first still runs
// waits for its end. An empty requestID claims nothing. Call it before anything
// that depends on it.
//
// It fails with REQUEST_ID_REUSED when the digest differs and with REQUEST_ID_INVALID.
func Claim(tx *gorm.DB, method, requestID string, digest []byte) (prior []byte, found bool, err error) {
	if requestID == "" {
		return nil, false, nil
	}
	if !valid(requestID) {
		return nil, false, ErrRequestID.On("request_id", "at most 64 visible ASCII characters")
	}
	err = sqlstore.Exec(tx, "INSERT INTO request_seen (method, request_id, digest, result, created_ms) VALUES (?, ?, ?, ?, ?)",
		method, requestID, nonNil(digest), []byte{}, time.Now().UnixMilli())
	if err == nil {
		return nil, false, nil
	}
	if !errors.Is(err, sqlstore.ErrDuplicate) {
		return nil, false, err
	}
	var seen []byte
	err = sqlstore.Query(tx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&seen, &prior)
	}, "SELECT digest, result FROM request_seen WHERE method = ? AND request_id = ?", method, requestID)
	switch {
	case err != nil:
		return nil, false, err
	case !found:
		return nil, false, sqlstore.ErrBusy // forgotten between the two statements
	case !bytes.Equal(seen, digest):
		return nil, false, ErrReused
	}
	return prior, true, nil
}

// Keep stores what is needed to answer a retry, in the transaction that claimed
// the request. An empty requestID stores nothing.
func Keep(tx *gorm.DB, method, requestID string, digest, result []byte) error {
	if requestID == "" {
		return nil
	}
	up := tx.Exec("UPDATE request_seen SET result = ? WHERE method = ? AND request_id = ? AND digest = ?",
		nonNil(result), method, requestID, nonNil(digest))
	if up.Error == nil && up.RowsAffected != 1 {
		return errNotClaimed
	}
	return up.Error
}

// Forget drops what was claimed before a moment, at most limit requests, and
// says how many: a retry after that is a new request.
func Forget(ctx context.Context, db *sqlstore.DB, before time.Time, limit int) (n int64, err error) {
	err = db.Write(ctx, func(tx *gorm.DB) error {
		type key struct{ method, id string }
		var old []key // per row and not by date: MySQL would lock the gaps between
		err := sqlstore.Query(tx, func(rows *sql.Rows) error {
			var k key
			err := rows.Scan(&k.method, &k.id)
			old = append(old, k)
			return err
		}, "SELECT method, request_id FROM request_seen WHERE created_ms < ? ORDER BY created_ms LIMIT ?", before.UnixMilli(), limit)
		if err != nil {
			return err
		}
		n = int64(len(old))
		for _, k := range old {
			if err := sqlstore.Exec(tx, "DELETE FROM request_seen WHERE method = ? AND request_id = ?", k.method, k.id); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

func valid(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return len(id) <= maxID
}

func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

//go:embed migrations
var files embed.FS

// Migrations creates the table request_seen.
func Migrations() migrate.Set { return migrate.Sub("idempotency", files, "migrations") }
