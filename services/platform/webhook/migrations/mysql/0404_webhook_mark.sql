-- +goose Up
CREATE TABLE webhook_mark (
  position BIGINT NOT NULL,
  at_ms    BIGINT NOT NULL,
  PRIMARY KEY (position)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
