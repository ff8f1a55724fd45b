-- +goose Up
CREATE TABLE division (
  code        TEXT    NOT NULL,
  valid_from  INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  level       INTEGER NOT NULL,
  parent      TEXT    NOT NULL,
  valid_until INTEGER NOT NULL,
  successors  TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  PRIMARY KEY (code, valid_from)
) STRICT, WITHOUT ROWID;
