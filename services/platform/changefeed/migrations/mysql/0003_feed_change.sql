-- +goose Up
-- one row holds the facts at first_position to last_position, see pack.go
CREATE TABLE feed_change (
  last_position  BIGINT     NOT NULL PRIMARY KEY,
  first_position BIGINT     NOT NULL,
  pack           MEDIUMBLOB NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
