-- +goose Up
CREATE TABLE feed_batch (
  batch_id      TEXT    NOT NULL PRIMARY KEY,
  sender        TEXT    NOT NULL,
  content_key   TEXT    NOT NULL,
  spool         TEXT    NOT NULL,
  file_name     TEXT    NOT NULL,
  digest        TEXT    NOT NULL,
  file_bytes    INTEGER NOT NULL,
  validate_only INTEGER NOT NULL,
  layout        TEXT    NOT NULL,
  header        BLOB    NOT NULL,
  state         INTEGER NOT NULL,
  failure       TEXT    NOT NULL,
  received_ms   INTEGER NOT NULL,
  started_ms    INTEGER NOT NULL,
  ended_ms      INTEGER NOT NULL,
  next_offset   INTEGER NOT NULL,
  next_line     INTEGER NOT NULL,
  rate_milli    INTEGER NOT NULL,
  counts        TEXT    NOT NULL,
  reasons       TEXT    NOT NULL,
  UNIQUE (sender, content_key)
) STRICT, WITHOUT ROWID;
