-- +goose Up
-- Divisions and units, one fact each, in the same encoding.
CREATE TABLE world_fact (
  generation INTEGER NOT NULL,
  kind       INTEGER NOT NULL,
  fact_id    TEXT    NOT NULL,
  fact       BLOB    NOT NULL,
  PRIMARY KEY (generation, kind, fact_id)
) STRICT, WITHOUT ROWID;
