-- +goose Up
CREATE TABLE exchange_peer (
  name       VARCHAR(32) NOT NULL,
  public_key VARBINARY(32) NOT NULL,
  created_ms BIGINT NOT NULL,
  PRIMARY KEY (name)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
