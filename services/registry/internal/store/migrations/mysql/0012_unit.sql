-- +goose Up
CREATE TABLE unit (
  unit_id  CHAR(26)     NOT NULL PRIMARY KEY,
  name     VARCHAR(100) NOT NULL,
  kind     INT          NOT NULL,
  division CHAR(12)     NOT NULL,
  manages  MEDIUMTEXT   NOT NULL,
  version  BIGINT       NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
