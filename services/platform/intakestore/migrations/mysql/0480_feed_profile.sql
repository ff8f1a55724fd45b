-- +goose Up
CREATE TABLE feed_profile (
  name       VARCHAR(32) NOT NULL,
  target     VARCHAR(64) NOT NULL,
  senders    VARCHAR(40) NOT NULL,
  version    BIGINT      NOT NULL,
  body       MEDIUMTEXT  NOT NULL,
  changed_ms BIGINT      NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
