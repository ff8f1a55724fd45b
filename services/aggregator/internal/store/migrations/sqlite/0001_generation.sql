-- +goose Up
-- One row: which generation of the derived tables serves, and how often it was changed.
CREATE TABLE generation (
  id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  current    INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  derivation TEXT    NOT NULL
) STRICT;
