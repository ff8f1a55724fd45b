-- +goose Up
CREATE TABLE permit (
  resident_id TEXT    NOT NULL,
  permit_id   TEXT    NOT NULL,
  division    TEXT    NOT NULL,
  issued      INTEGER NOT NULL,
  valid_until INTEGER NOT NULL,
  lapsed      INTEGER NOT NULL,
  cancelled   INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  body        BLOB    NOT NULL,
  PRIMARY KEY (resident_id, permit_id)
) STRICT, WITHOUT ROWID;
