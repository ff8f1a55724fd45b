-- +goose Up
-- which record a source record made; hashes are keyed
CREATE TABLE record_import (
  kind       VARCHAR(32) NOT NULL,
  sender     VARCHAR(32) NOT NULL,
  source_key BINARY(16)  NOT NULL,
  record_id  CHAR(26)    NOT NULL,
  made       TINYINT     NOT NULL,
  version    BIGINT      NOT NULL,
  content    BINARY(16)  NOT NULL,
  at_ms      BIGINT      NOT NULL,
  batch_id   CHAR(26)    NOT NULL,
  row_no     INT         NOT NULL,
  PRIMARY KEY (kind, sender, source_key),
  KEY record_import_record (kind, record_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
