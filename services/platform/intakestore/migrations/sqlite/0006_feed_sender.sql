-- +goose Up
CREATE TABLE feed_sender (
  sender       TEXT    NOT NULL PRIMARY KEY,
  public_key   BLOB    NOT NULL,
  paused       INTEGER NOT NULL,
  paused_by    TEXT    NOT NULL,
  expected_ms  INTEGER NOT NULL,
  first_ms     INTEGER NOT NULL,
  last_ms      INTEGER NOT NULL,
  last_batch   TEXT    NOT NULL,
  last_receipt TEXT    NOT NULL,
  snapshot     TEXT    NOT NULL,
  snapshot_old TEXT    NOT NULL,
  row_total    INTEGER NOT NULL,
  version      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
