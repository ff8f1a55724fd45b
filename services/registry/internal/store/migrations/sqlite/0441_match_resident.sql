-- +goose Up
CREATE TABLE match_resident (
  resident_id TEXT    NOT NULL PRIMARY KEY,
  version     INTEGER NOT NULL,
  mother_id   TEXT    NOT NULL,
  digest      BLOB    NOT NULL,
  features    BLOB
) STRICT, WITHOUT ROWID;
