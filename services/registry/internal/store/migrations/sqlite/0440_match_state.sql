-- +goose Up
CREATE TABLE match_state (
  id         INTEGER NOT NULL PRIMARY KEY,
  revision   INTEGER NOT NULL,
  stage      TEXT    NOT NULL,
  build      INTEGER NOT NULL,
  weights    BLOB    NOT NULL,
  epoch      TEXT    NOT NULL,
  position   INTEGER NOT NULL,
  swept      TEXT    NOT NULL,
  done       INTEGER NOT NULL,
  compared   INTEGER NOT NULL,
  capped     INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT;
