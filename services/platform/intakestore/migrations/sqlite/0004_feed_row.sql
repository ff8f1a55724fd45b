-- +goose Up
CREATE TABLE feed_row (
  batch_id    TEXT    NOT NULL,
  row_no      INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,
  reason      TEXT    NOT NULL,
  column_name TEXT    NOT NULL,
  event_id    TEXT    NOT NULL,
  resident_id TEXT    NOT NULL,
  raw         BLOB,
  PRIMARY KEY (batch_id, row_no)
) STRICT, WITHOUT ROWID;
