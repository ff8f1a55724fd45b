package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"

	"xinju.dev/services/platform/sqlstore"
)

// tokenKeyLen is bytes.
const tokenKeyLen = 32

// TokenKey reads the database's own random secret, which page tokens are sealed
// with; nil before it was made.
func (s *Store) TokenKey(ctx context.Context) (secret []byte, err error) {
	err = s.Read(ctx, func(t Tx) (err error) {
		secret, err = t.tokenKey()
		return err
	})
	return secret, err
}

// MakeTokenKey reads the secret and makes it before, once.
func (s *Store) MakeTokenKey(ctx context.Context) (secret []byte, err error) {
	if secret, err = s.TokenKey(ctx); err != nil || secret != nil {
		return secret, err
	}
	made := make([]byte, tokenKeyLen)
	if _, err := rand.Read(made); err != nil {
		return nil, err
	}
	err = s.Write(ctx, func(t Tx) error {
		return t.add("token_key", []string{"id", "secret"}, [][]any{{1, made}})
	})
	if err != nil && !errors.Is(err, sqlstore.ErrDuplicate) { // another process was first
		return nil, err
	}
	return s.TokenKey(ctx)
}

func (t Tx) tokenKey() (secret []byte, err error) {
	err = sqlstore.Query(t.tx, func(rows *sql.Rows) error { return rows.Scan(&secret) }, "SELECT secret FROM token_key WHERE id = 1")
	return secret, err
}
