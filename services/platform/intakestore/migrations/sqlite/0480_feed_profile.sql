-- +goose Up
CREATE TABLE feed_profile (
  name       TEXT    NOT NULL PRIMARY KEY,
  target     TEXT    NOT NULL,
  senders    TEXT    NOT NULL,
  version    INTEGER NOT NULL,
  body       TEXT    NOT NULL,
  changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
