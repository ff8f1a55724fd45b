-- +goose Up
-- every row that was taken; payload is its text, sealed
CREATE TABLE record_import_row (
  batch_id    TEXT    NOT NULL,
  row_no      INTEGER NOT NULL,
  kind        TEXT    NOT NULL,
  sender      TEXT    NOT NULL,
  source_key  BLOB    NOT NULL,
  content     BLOB    NOT NULL,
  at_ms       INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  resident_id TEXT    NOT NULL,
  unit_id     TEXT    NOT NULL,
  waits       INTEGER NOT NULL,
  tries       INTEGER NOT NULL,
  next_ms     INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,
  payload     BLOB    NOT NULL,
  PRIMARY KEY (batch_id, row_no)
) STRICT, WITHOUT ROWID;
