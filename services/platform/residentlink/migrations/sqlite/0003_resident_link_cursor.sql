-- +goose Up
-- How far the registry's feed was followed; no row before it was read for the first time.
CREATE TABLE resident_link_cursor (
  id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  epoch    TEXT    NOT NULL,
  position INTEGER NOT NULL
) STRICT;
