-- +goose Up
CREATE TABLE match_key (
  block_key   BLOB NOT NULL,
  resident_id TEXT NOT NULL,
  PRIMARY KEY (block_key, resident_id)
) STRICT, WITHOUT ROWID;
