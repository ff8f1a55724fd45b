-- +goose Up
CREATE TABLE request_seen (
  method     TEXT    NOT NULL,
  request_id TEXT    NOT NULL,
  digest     BLOB    NOT NULL,
  result     BLOB    NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (method, request_id)
) STRICT, WITHOUT ROWID;
