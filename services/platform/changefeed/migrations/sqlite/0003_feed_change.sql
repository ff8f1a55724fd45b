-- +goose Up
-- one row holds the facts at first_position to last_position, see pack.go
CREATE TABLE feed_change (
  last_position  INTEGER NOT NULL PRIMARY KEY,
  first_position INTEGER NOT NULL,
  pack           BLOB    NOT NULL
) STRICT;
