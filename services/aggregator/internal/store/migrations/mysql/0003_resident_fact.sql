-- +goose Up
-- The coded facts of one resident, tombstones included, in their canonical encoding.
CREATE TABLE resident_fact (
  generation  BIGINT      NOT NULL,
  resident_id VARCHAR(64) NOT NULL,
  facts       MEDIUMBLOB  NOT NULL,
  PRIMARY KEY (generation, resident_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
