-- +goose Up
CREATE TABLE vaccination_certificate (
  id          TEXT NOT NULL PRIMARY KEY,
  resident_id TEXT NOT NULL,
  on_date     INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  number      TEXT NOT NULL,
  unit_id     TEXT NOT NULL
) STRICT;
