-- +goose Up
-- the second person of each event that names one, by document or by resident
CREATE TABLE merge_side (
  sender         TEXT NOT NULL,
  event_id       TEXT NOT NULL,
  document_index BLOB,
  resident_id    TEXT,
  PRIMARY KEY (sender, event_id)
) STRICT, WITHOUT ROWID;
