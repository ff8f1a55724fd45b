-- +goose Up
CREATE TABLE feed_head (
  id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  epoch   TEXT    NOT NULL,
  head    INTEGER NOT NULL,
  trimmed INTEGER NOT NULL
) STRICT;
