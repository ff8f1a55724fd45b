-- +goose Up
-- residents who turned out to be another one; that one is never linked itself
CREATE TABLE resident_link (
  resident_id TEXT    NOT NULL PRIMARY KEY,
  into_id     TEXT    NOT NULL,
  version     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
