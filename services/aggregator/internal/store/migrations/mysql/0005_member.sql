-- +goose Up
-- Who counts for something in a village on some day, in the order of the lists. What for, the row of the resident says.
CREATE TABLE member (
  generation  BIGINT         NOT NULL,
  village     VARCHAR(64)    NOT NULL,
  sort_key    VARBINARY(128) NOT NULL,
  resident_id VARCHAR(64)    NOT NULL,
  PRIMARY KEY (generation, village, sort_key, resident_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
