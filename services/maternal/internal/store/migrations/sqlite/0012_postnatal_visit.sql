-- +goose Up
CREATE TABLE postnatal_visit (
  id           TEXT NOT NULL PRIMARY KEY,
  resident_id  TEXT NOT NULL,
  on_date      INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  created_ms   INTEGER NOT NULL,
  updated_ms   INTEGER NOT NULL,
  deleted      INTEGER NOT NULL,
  pregnancy_id TEXT NOT NULL,
  kind         INTEGER NOT NULL,
  unit_id      TEXT NOT NULL
) STRICT;
