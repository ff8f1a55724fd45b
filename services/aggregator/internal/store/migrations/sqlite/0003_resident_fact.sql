-- +goose Up
-- The coded facts of one resident, tombstones included, in their canonical encoding.
CREATE TABLE resident_fact (
  generation  INTEGER NOT NULL,
  resident_id TEXT    NOT NULL,
  facts       BLOB    NOT NULL,
  PRIMARY KEY (generation, resident_id)
) STRICT, WITHOUT ROWID;
