-- +goose Up
-- residents who turned out to be another one; that one is never linked itself
CREATE TABLE resident_link (
  resident_id CHAR(26) NOT NULL PRIMARY KEY,
  into_id     CHAR(26) NOT NULL,
  version     BIGINT   NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
