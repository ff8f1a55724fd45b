-- +goose Up
-- The revision at which a resident's answers may last have changed; of nobody: those of everybody.
CREATE TABLE touched (
  generation  INTEGER NOT NULL,
  resident_id TEXT    NOT NULL,
  revision    INTEGER NOT NULL,
  PRIMARY KEY (generation, resident_id)
) STRICT, WITHOUT ROWID;
