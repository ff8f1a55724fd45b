-- +goose Up
-- Identifiers of residents that the registry has merged into another one; into_id is empty when they stand apart again.
CREATE TABLE resident_link (
  linked_id VARCHAR(64) NOT NULL PRIMARY KEY,
  into_id   VARCHAR(64) NOT NULL,
  version   BIGINT      NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
