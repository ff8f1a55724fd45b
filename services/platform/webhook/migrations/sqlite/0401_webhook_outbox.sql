-- +goose Up
CREATE TABLE webhook_outbox (
  subscription_id TEXT NOT NULL PRIMARY KEY,
  delivery_id     TEXT NOT NULL,
  run             INTEGER NOT NULL,
  first_sequence  INTEGER NOT NULL,
  last_sequence   INTEGER NOT NULL,
  position        INTEGER NOT NULL,
  body            BLOB NOT NULL
) STRICT, WITHOUT ROWID;
