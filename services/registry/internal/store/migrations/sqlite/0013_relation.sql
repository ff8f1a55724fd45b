-- +goose Up
CREATE TABLE relation (
  id          TEXT    NOT NULL PRIMARY KEY,
  resident_id TEXT    NOT NULL,
  on_date     INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  kind        INTEGER NOT NULL,
  other_id    TEXT    NOT NULL,
  until_date  INTEGER NOT NULL
) STRICT;
