-- +goose Up
-- entries of full lists by likeness: side 1 is new, 2 is missed, 3 was alike in the list before and its row is refused
CREATE TABLE feed_alike (
  batch_id TEXT    NOT NULL,
  likeness BLOB    NOT NULL,
  side     INTEGER NOT NULL,
  row_key  BLOB    NOT NULL,
  PRIMARY KEY (batch_id, likeness, side, row_key)
) STRICT, WITHOUT ROWID;
