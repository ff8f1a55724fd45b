-- +goose Up
CREATE TABLE note (
  id          TEXT    NOT NULL PRIMARY KEY,
  resident_id TEXT    NOT NULL,
  on_date     INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  text        TEXT    NOT NULL,
  weight      INTEGER NOT NULL,
  kept        INTEGER NOT NULL
) STRICT;
