-- +goose Up
CREATE TABLE contraception_method (
  id               TEXT NOT NULL PRIMARY KEY,
  resident_id      TEXT NOT NULL,
  on_date          INTEGER NOT NULL,
  version          INTEGER NOT NULL,
  created_ms       INTEGER NOT NULL,
  updated_ms       INTEGER NOT NULL,
  deleted          INTEGER NOT NULL,
  kind             INTEGER NOT NULL,
  until_date       INTEGER NOT NULL,
  adopted_division TEXT NOT NULL,
  unit_id          TEXT NOT NULL
) STRICT;
