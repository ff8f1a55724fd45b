-- +goose Up
CREATE TABLE webhook_delivery (
  delivery_id     CHAR(26) NOT NULL,
  subscription_id CHAR(26) NOT NULL,
  run             BIGINT NOT NULL,
  first_sequence  BIGINT NOT NULL,
  last_sequence   BIGINT NOT NULL,
  tries           INT NOT NULL,
  http_status     INT NOT NULL,
  delivered       TINYINT NOT NULL,
  failure         VARCHAR(32) NOT NULL,
  duration_ms     BIGINT NOT NULL,
  created_ms      BIGINT NOT NULL,
  updated_ms      BIGINT NOT NULL,
  PRIMARY KEY (delivery_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
