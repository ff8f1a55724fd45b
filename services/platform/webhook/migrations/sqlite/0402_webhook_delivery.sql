-- +goose Up
CREATE TABLE webhook_delivery (
  delivery_id     TEXT NOT NULL PRIMARY KEY,
  subscription_id TEXT NOT NULL,
  run             INTEGER NOT NULL,
  first_sequence  INTEGER NOT NULL,
  last_sequence   INTEGER NOT NULL,
  tries           INTEGER NOT NULL,
  http_status     INTEGER NOT NULL,
  delivered       INTEGER NOT NULL,
  failure         TEXT NOT NULL,
  duration_ms     INTEGER NOT NULL,
  created_ms      INTEGER NOT NULL,
  updated_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
