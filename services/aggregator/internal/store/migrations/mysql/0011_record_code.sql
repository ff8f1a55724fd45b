-- +goose Up
-- Codes of records that have arrived, also of those taken back since.
CREATE TABLE record_code (
  generation BIGINT      NOT NULL,
  code       VARCHAR(64) NOT NULL,
  PRIMARY KEY (generation, code)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
