-- +goose Up
CREATE TABLE resident (
  resident_id    CHAR(26)     NOT NULL PRIMARY KEY,
  known          TINYINT(1)   NOT NULL,
  version        BIGINT       NOT NULL,
  sex            INT          NOT NULL,
  birth          INT          NOT NULL,
  death          INT          NOT NULL,
  flags          VARCHAR(255) NOT NULL,
  digest         BINARY(32)   NOT NULL,
  person         BLOB         NOT NULL,
  person_version BIGINT       NOT NULL,
  created_ms     BIGINT       NOT NULL,
  updated_ms     BIGINT       NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
