-- +goose Up
-- How far the registry's feed was followed; no row before it was read for the first time.
CREATE TABLE resident_link_cursor (
  id       TINYINT     NOT NULL PRIMARY KEY,
  epoch    VARCHAR(64) NOT NULL,
  position BIGINT      NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
