-- +goose Up
-- Whose facts name another identifier (a relation, the mother): whoever changes there is found from here. Beside the facts that say so.
CREATE TABLE resident_tie (
  generation  BIGINT      NOT NULL,
  other_id    VARCHAR(64) NOT NULL,
  resident_id VARCHAR(64) NOT NULL,
  PRIMARY KEY (generation, other_id, resident_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
