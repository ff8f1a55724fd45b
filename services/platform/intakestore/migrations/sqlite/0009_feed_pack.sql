-- +goose Up
-- rows of which there is nothing to say, many in one; feed_row has the others.
-- outcomes has bit n for outcome n.
CREATE TABLE feed_pack (
  batch_id  TEXT    NOT NULL,
  last_row  INTEGER NOT NULL,
  outcomes  INTEGER NOT NULL,
  pack      BLOB    NOT NULL,
  PRIMARY KEY (batch_id, last_row)
) STRICT, WITHOUT ROWID;
