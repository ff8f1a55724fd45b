-- +goose Up
CREATE TABLE exchange_seen (
  document_id     CHAR(26) NOT NULL,
  digest          VARBINARY(32) NOT NULL,
  verification_id CHAR(26) NOT NULL,
  created_ms      BIGINT NOT NULL,
  PRIMARY KEY (document_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
