-- +goose Up
CREATE TABLE exchange_peer (
  name       TEXT NOT NULL,
  public_key BLOB NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (name)
) STRICT, WITHOUT ROWID;
