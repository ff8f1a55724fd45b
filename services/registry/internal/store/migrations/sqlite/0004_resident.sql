-- +goose Up
CREATE TABLE resident (
  resident_id    TEXT    NOT NULL PRIMARY KEY,
  known          INTEGER NOT NULL,
  version        INTEGER NOT NULL,
  sex            INTEGER NOT NULL,
  birth          INTEGER NOT NULL,
  death          INTEGER NOT NULL,
  flags          TEXT    NOT NULL,
  digest         BLOB    NOT NULL,
  person         BLOB    NOT NULL,
  person_version INTEGER NOT NULL,
  created_ms     INTEGER NOT NULL,
  updated_ms     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
