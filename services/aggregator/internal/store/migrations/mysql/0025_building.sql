-- +goose Up
-- One row: who makes a generation beside the one that serves, and its number. beat grows while they are at work.
CREATE TABLE building (
  id         TINYINT     NOT NULL PRIMARY KEY,
  owner      VARCHAR(64) NOT NULL,
  beat       BIGINT      NOT NULL,
  generation BIGINT      NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
