-- +goose Up
-- what event_witness says of calls, for batches: many events in one row
CREATE TABLE witness_pack (
  sender   TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  pack_id  TEXT NOT NULL,
  pack     BLOB NOT NULL,
  PRIMARY KEY (sender, batch_id, pack_id)
) STRICT, WITHOUT ROWID;
