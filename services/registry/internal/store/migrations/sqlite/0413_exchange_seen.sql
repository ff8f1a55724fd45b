-- +goose Up
CREATE TABLE exchange_seen (
  document_id     TEXT NOT NULL,
  digest          BLOB NOT NULL,
  verification_id TEXT NOT NULL,
  created_ms      INTEGER NOT NULL,
  PRIMARY KEY (document_id)
) STRICT, WITHOUT ROWID;
