-- +goose Up
CREATE TABLE webhook_subscription (
  subscription_id CHAR(26) NOT NULL,
  url             VARCHAR(500) NOT NULL,
  description     VARCHAR(400) NOT NULL,
  kinds           VARCHAR(400) NOT NULL,
  division        VARCHAR(12) NOT NULL,
  active          TINYINT NOT NULL,
  version         BIGINT NOT NULL,
  secret          BLOB NOT NULL,
  epoch           VARCHAR(64) NOT NULL,
  position        BIGINT NOT NULL,
  run             BIGINT NOT NULL,
  sequence        BIGINT NOT NULL,
  failures        INT NOT NULL,
  failing_ms      BIGINT NOT NULL,
  next_ms         BIGINT NOT NULL,
  gave_up         TINYINT NOT NULL,
  reason          VARCHAR(32) NOT NULL,
  created_ms      BIGINT NOT NULL,
  PRIMARY KEY (subscription_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
