-- +goose Up
-- events of withdrawn batches, which count no more; version is the highest that
-- a fact of theirs can have had
CREATE TABLE event_withdrawn (
  sender       TEXT    NOT NULL,
  event_id     TEXT    NOT NULL,
  batch_id     TEXT    NOT NULL,
  resident_id  TEXT    NOT NULL,
  digest       BLOB    NOT NULL,
  coded        BLOB    NOT NULL,
  sealed       BLOB,
  batch_row    INTEGER NOT NULL,
  record_ms    INTEGER NOT NULL,
  withdrawn_ms INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  PRIMARY KEY (sender, event_id, batch_id)
) STRICT, WITHOUT ROWID;
