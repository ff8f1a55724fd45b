-- +goose Up
CREATE TABLE exchange_key (
  id   INTEGER NOT NULL,
  seed BLOB NOT NULL,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
