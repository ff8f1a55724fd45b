-- +goose Up
CREATE TABLE pregnancy (
  id          TEXT NOT NULL PRIMARY KEY,
  resident_id TEXT NOT NULL,
  on_date     INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  lmp_date    INTEGER NOT NULL,
  due_date    INTEGER NOT NULL,
  risk        INTEGER NOT NULL,
  ended_date  INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,
  unit_id     TEXT NOT NULL
) STRICT;
