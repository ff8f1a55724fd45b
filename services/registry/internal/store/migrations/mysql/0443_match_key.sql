-- +goose Up
CREATE TABLE match_key (
  block_key   BINARY(16) NOT NULL,
  resident_id CHAR(26)   NOT NULL,
  PRIMARY KEY (block_key, resident_id),
  KEY match_key_resident (resident_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
