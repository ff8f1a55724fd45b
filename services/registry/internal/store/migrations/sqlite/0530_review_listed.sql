-- +goose Up
-- rows of full lists that may be of somebody under another document, one for each list that asks
CREATE TABLE review_listed (
  other_id  TEXT    NOT NULL,
  batch_id  TEXT    NOT NULL,
  sender    TEXT    NOT NULL,
  row_key   TEXT    NOT NULL,
  row_no    INTEGER NOT NULL,
  answer    INTEGER NOT NULL,
  closed_by TEXT    NOT NULL,
  sealed    BLOB    NOT NULL,
  PRIMARY KEY (other_id, batch_id)
) STRICT, WITHOUT ROWID;
