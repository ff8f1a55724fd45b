-- +goose Up
CREATE TABLE feed_change (
  position    INTEGER NOT NULL PRIMARY KEY,
  kind        INTEGER NOT NULL,
  fact_id     TEXT    NOT NULL,
  resident_id TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  body        BLOB    NOT NULL
) STRICT;
