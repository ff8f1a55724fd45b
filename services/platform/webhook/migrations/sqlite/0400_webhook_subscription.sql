-- +goose Up
CREATE TABLE webhook_subscription (
  subscription_id TEXT NOT NULL PRIMARY KEY,
  url             TEXT NOT NULL,
  description     TEXT NOT NULL,
  kinds           TEXT NOT NULL,
  division        TEXT NOT NULL,
  active          INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  secret          BLOB NOT NULL,
  epoch           TEXT NOT NULL,
  position        INTEGER NOT NULL,
  run             INTEGER NOT NULL,
  sequence        INTEGER NOT NULL,
  failures        INTEGER NOT NULL,
  failing_ms      INTEGER NOT NULL,
  next_ms         INTEGER NOT NULL,
  gave_up         INTEGER NOT NULL,
  reason          TEXT NOT NULL,
  created_ms      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
