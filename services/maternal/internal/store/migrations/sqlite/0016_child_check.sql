-- +goose Up
CREATE TABLE child_check (
  id          TEXT NOT NULL PRIMARY KEY,
  resident_id TEXT NOT NULL,
  on_date     INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  kind        INTEGER NOT NULL,
  age_months  INTEGER NOT NULL,
  weight_kg   REAL NOT NULL,
  height_cm   REAL NOT NULL,
  unit_id     TEXT NOT NULL
) STRICT;
