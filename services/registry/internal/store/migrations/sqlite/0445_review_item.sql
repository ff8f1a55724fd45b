-- +goose Up
CREATE TABLE review_item (
  item_id      TEXT    NOT NULL PRIMARY KEY,
  kind         TEXT    NOT NULL,
  resident_id  TEXT    NOT NULL,
  other_id     TEXT    NOT NULL,
  state        INTEGER NOT NULL,
  priority     INTEGER NOT NULL,
  division     TEXT    NOT NULL,
  other_place  TEXT    NOT NULL,
  hidden_until INTEGER NOT NULL,
  content      BLOB    NOT NULL,
  settled      BLOB    NOT NULL,
  merge_event  TEXT    NOT NULL,
  score        REAL    NOT NULL,
  evidence     TEXT    NOT NULL,
  opened_ms    INTEGER NOT NULL,
  version      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
