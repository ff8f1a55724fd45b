-- +goose Up
-- What one resident counts for in one village, over all days: the lists are read in key order.
CREATE TABLE member (
  generation  INTEGER NOT NULL,
  village     TEXT    NOT NULL,
  sort_key    BLOB    NOT NULL,
  resident_id TEXT    NOT NULL,
  pieces      BLOB    NOT NULL,
  PRIMARY KEY (generation, village, sort_key, resident_id)
) STRICT, WITHOUT ROWID;
