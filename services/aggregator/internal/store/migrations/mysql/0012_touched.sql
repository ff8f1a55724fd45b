-- +goose Up
-- The revision at which a resident's answers may last have changed; of nobody: those of everybody.
CREATE TABLE touched (
  generation  BIGINT      NOT NULL,
  resident_id VARCHAR(64) NOT NULL,
  revision    BIGINT      NOT NULL,
  PRIMARY KEY (generation, resident_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
