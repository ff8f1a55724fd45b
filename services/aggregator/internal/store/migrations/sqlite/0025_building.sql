-- +goose Up
-- One row: who makes a generation beside the one that serves, and its number. beat grows while they are at work.
CREATE TABLE building (
  id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  owner      TEXT    NOT NULL,
  beat       INTEGER NOT NULL,
  generation INTEGER NOT NULL
) STRICT;
