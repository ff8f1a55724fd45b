-- +goose Up
CREATE TABLE feed_head (
  id      TINYINT     NOT NULL PRIMARY KEY,
  epoch   VARCHAR(64) NOT NULL,
  head    BIGINT      NOT NULL,
  trimmed BIGINT      NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
