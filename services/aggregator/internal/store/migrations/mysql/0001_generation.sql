-- +goose Up
-- One row: which generation of the derived tables serves, and how often it was changed.
CREATE TABLE generation (
  id         TINYINT      NOT NULL PRIMARY KEY,
  current    BIGINT       NOT NULL,
  revision   BIGINT       NOT NULL,
  derivation VARCHAR(128) NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
