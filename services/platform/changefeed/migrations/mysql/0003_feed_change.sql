-- +goose Up
CREATE TABLE feed_change (
  position    BIGINT      NOT NULL PRIMARY KEY,
  kind        INT         NOT NULL,
  fact_id     VARCHAR(64) NOT NULL,
  resident_id VARCHAR(64) NOT NULL,
  version     BIGINT      NOT NULL,
  deleted     TINYINT(1)  NOT NULL,
  body        MEDIUMBLOB  NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
