-- +goose Up
CREATE TABLE infectious_case (
  id           TEXT NOT NULL PRIMARY KEY,
  resident_id  TEXT NOT NULL,
  on_date      INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  created_ms   INTEGER NOT NULL,
  updated_ms   INTEGER NOT NULL,
  deleted      INTEGER NOT NULL,
  disease      TEXT NOT NULL,
  diagnosed_ms INTEGER NOT NULL,
  reported_ms  INTEGER NOT NULL,
  outbreak     INTEGER NOT NULL,
  unit_id      TEXT NOT NULL
) STRICT;
