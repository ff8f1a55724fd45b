-- +goose Up
-- Whose facts name another identifier (a relation, the mother): whoever changes there is found from here. Beside the facts that say so.
CREATE TABLE resident_tie (
  generation  INTEGER NOT NULL,
  other_id    TEXT    NOT NULL,
  resident_id TEXT    NOT NULL,
  PRIMARY KEY (generation, other_id, resident_id)
) STRICT, WITHOUT ROWID;
