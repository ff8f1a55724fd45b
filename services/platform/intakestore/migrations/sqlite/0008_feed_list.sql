-- +goose Up
-- full lists of senders: keyed hashes of who stands there and of what it says
CREATE TABLE feed_list (
  batch_id TEXT    NOT NULL,
  row_key  BLOB    NOT NULL,
  row_hash BLOB    NOT NULL,
  row_no   INTEGER NOT NULL,
  diff     INTEGER NOT NULL,
  memo     BLOB,
  PRIMARY KEY (batch_id, row_key)
) STRICT, WITHOUT ROWID;
