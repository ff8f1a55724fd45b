-- +goose Up
-- Rebuilds. They are not derived and outlive every generation.
CREATE TABLE operation (
  id             CHAR(26)     NOT NULL PRIMARY KEY,
  kind           VARCHAR(64)  NOT NULL,
  state          INT          NOT NULL,
  stage          VARCHAR(32)  NOT NULL,
  done           BIGINT       NOT NULL,
  total          BIGINT       NOT NULL,
  failure_reason VARCHAR(64)  NOT NULL,
  failure_text   VARCHAR(512) NOT NULL,
  created_ms     BIGINT       NOT NULL,
  ended_ms       BIGINT       NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
