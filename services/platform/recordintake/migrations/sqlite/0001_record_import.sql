-- +goose Up
-- which record a source record made; hashes are keyed
CREATE TABLE record_import (
  kind       TEXT    NOT NULL,
  sender     TEXT    NOT NULL,
  source_key BLOB    NOT NULL,
  record_id  TEXT    NOT NULL,
  made       INTEGER NOT NULL,
  version    INTEGER NOT NULL,
  content    BLOB    NOT NULL,
  at_ms      INTEGER NOT NULL,
  batch_id   TEXT    NOT NULL,
  row_no     INTEGER NOT NULL,
  PRIMARY KEY (kind, sender, source_key)
) STRICT, WITHOUT ROWID;
