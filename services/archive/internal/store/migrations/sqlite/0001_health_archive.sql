-- +goose Up
CREATE TABLE health_archive (
  id               TEXT NOT NULL PRIMARY KEY,
  resident_id      TEXT NOT NULL,
  on_date          INTEGER NOT NULL,
  version          INTEGER NOT NULL,
  created_ms       INTEGER NOT NULL,
  updated_ms       INTEGER NOT NULL,
  deleted          INTEGER NOT NULL,
  number           TEXT NOT NULL,
  closed_date      INTEGER NOT NULL,
  touched_date     INTEGER NOT NULL,
  electronic       INTEGER NOT NULL,
  population_group INTEGER NOT NULL,
  form             TEXT NOT NULL,
  contact          BLOB,
  verified         INTEGER NOT NULL,
  unit_id          TEXT NOT NULL,
  standard_on      TEXT NOT NULL,
  open_slot        TEXT NOT NULL
) STRICT;
