-- +goose Up
CREATE TABLE planning_service (
  id          TEXT NOT NULL PRIMARY KEY,
  resident_id TEXT NOT NULL,
  on_date     INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  kind        INTEGER NOT NULL,
  free        INTEGER NOT NULL,
  division    TEXT NOT NULL,
  quantity    INTEGER NOT NULL,
  unit_id     TEXT NOT NULL
) STRICT;
