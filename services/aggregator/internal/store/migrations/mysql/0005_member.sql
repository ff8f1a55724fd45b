-- +goose Up
-- What one resident counts for in one village, over all days: the lists are read in key order.
CREATE TABLE member (
  generation  BIGINT         NOT NULL,
  village     VARCHAR(64)    NOT NULL,
  sort_key    VARBINARY(128) NOT NULL,
  resident_id VARCHAR(64)    NOT NULL,
  pieces      MEDIUMBLOB     NOT NULL,
  PRIMARY KEY (generation, village, sort_key, resident_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
