-- +goose Up
CREATE TABLE event (
  sender      TEXT    NOT NULL,
  event_id    TEXT    NOT NULL,
  resident_id TEXT    NOT NULL,
  replaces    TEXT,
  digest      BLOB    NOT NULL,
  coded       BLOB    NOT NULL,
  sealed      BLOB,
  batch_id    TEXT    NOT NULL,
  batch_row   INTEGER NOT NULL,
  record_ms   INTEGER NOT NULL,
  PRIMARY KEY (sender, event_id)
) STRICT, WITHOUT ROWID;
