-- +goose Up
CREATE TABLE match_state (
  id         INT          NOT NULL PRIMARY KEY,
  revision   BIGINT       NOT NULL,
  stage      VARCHAR(16)  NOT NULL,
  build      BIGINT       NOT NULL,
  weights    VARBINARY(16) NOT NULL,
  epoch      VARCHAR(64)  NOT NULL,
  position   BIGINT       NOT NULL,
  swept      VARCHAR(26)  NOT NULL,
  done       BIGINT       NOT NULL,
  compared   BIGINT       NOT NULL,
  capped     BIGINT       NOT NULL,
  started_ms BIGINT       NOT NULL,
  updated_ms BIGINT       NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
