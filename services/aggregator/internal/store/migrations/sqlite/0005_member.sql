-- +goose Up
-- Who counts for something in a village on some day, in the order of the lists. What for, the row of the resident says.
CREATE TABLE member (
  generation  INTEGER NOT NULL,
  village     TEXT    NOT NULL,
  sort_key    BLOB    NOT NULL,
  resident_id TEXT    NOT NULL,
  PRIMARY KEY (generation, village, sort_key, resident_id)
) STRICT, WITHOUT ROWID;
