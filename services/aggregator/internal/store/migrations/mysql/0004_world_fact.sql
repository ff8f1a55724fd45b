-- +goose Up
-- Divisions and units, one fact each, in the same encoding.
CREATE TABLE world_fact (
  generation BIGINT      NOT NULL,
  kind       INT         NOT NULL,
  fact_id    VARCHAR(64) NOT NULL,
  fact       MEDIUMBLOB  NOT NULL,
  PRIMARY KEY (generation, kind, fact_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
