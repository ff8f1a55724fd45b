-- +goose Up
-- What is kept under one identifier: the coded facts, tombstones included, in their canonical encoding, and what the person counts for over all days, by village.
CREATE TABLE resident_fact (
  generation  BIGINT      NOT NULL,
  resident_id VARCHAR(64) NOT NULL,
  facts       MEDIUMBLOB  NOT NULL,
  members     MEDIUMBLOB  NOT NULL,
  PRIMARY KEY (generation, resident_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
