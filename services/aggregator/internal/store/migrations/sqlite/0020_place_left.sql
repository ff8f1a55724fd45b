-- +goose Up
-- Where a resident lived or counted, as known until the revision, and not afterwards: whoever is told of a place hears of those alone who left it.
CREATE TABLE place_left (
  generation  INTEGER NOT NULL,
  resident_id TEXT    NOT NULL,
  place       TEXT    NOT NULL,
  revision    INTEGER NOT NULL,
  PRIMARY KEY (generation, resident_id, place)
) STRICT, WITHOUT ROWID;
