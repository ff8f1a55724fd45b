-- +goose Up
CREATE TABLE dose (
  id              TEXT NOT NULL PRIMARY KEY,
  resident_id     TEXT NOT NULL,
  on_date         INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  created_ms      INTEGER NOT NULL,
  updated_ms      INTEGER NOT NULL,
  deleted         INTEGER NOT NULL,
  product         TEXT NOT NULL,
  lot_number      TEXT NOT NULL,
  site            TEXT NOT NULL,
  given_elsewhere INTEGER NOT NULL,
  unit_id         TEXT NOT NULL,
  live_slot       TEXT NOT NULL
) STRICT;
