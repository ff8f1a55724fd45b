-- +goose Up
CREATE TABLE unit (
  unit_id  TEXT    NOT NULL PRIMARY KEY,
  name     TEXT    NOT NULL,
  kind     INTEGER NOT NULL,
  division TEXT    NOT NULL,
  manages  TEXT    NOT NULL,
  version  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
