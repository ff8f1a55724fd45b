-- +goose Up
CREATE TABLE webhook_outbox (
  subscription_id CHAR(26) NOT NULL,
  delivery_id     CHAR(26) NOT NULL,
  run             BIGINT NOT NULL,
  first_sequence  BIGINT NOT NULL,
  last_sequence   BIGINT NOT NULL,
  position        BIGINT NOT NULL,
  body            MEDIUMBLOB NOT NULL,
  PRIMARY KEY (subscription_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
