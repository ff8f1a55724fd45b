-- +goose Up
-- Rebuilds. They are not derived and outlive every generation.
CREATE TABLE operation (
  id             TEXT    NOT NULL PRIMARY KEY,
  kind           TEXT    NOT NULL,
  state          INTEGER NOT NULL,
  stage          TEXT    NOT NULL,
  done           INTEGER NOT NULL,
  total          INTEGER NOT NULL,
  failure_reason TEXT    NOT NULL,
  failure_text   TEXT    NOT NULL,
  created_ms     INTEGER NOT NULL,
  ended_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
