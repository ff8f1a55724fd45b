-- +goose Up
-- every row that was taken; payload is its text, sealed
CREATE TABLE record_import_row (
  batch_id    CHAR(26)    NOT NULL,
  row_no      INT         NOT NULL,
  kind        VARCHAR(32) NOT NULL,
  sender      VARCHAR(32) NOT NULL,
  source_key  BINARY(16)  NOT NULL,
  content     BINARY(16)  NOT NULL,
  at_ms       BIGINT      NOT NULL,
  received_ms BIGINT      NOT NULL,
  resident_id VARCHAR(26) NOT NULL,
  unit_id     VARCHAR(26) NOT NULL,
  waits       TINYINT     NOT NULL,
  tries       INT         NOT NULL,
  next_ms     BIGINT      NOT NULL,
  outcome     TINYINT     NOT NULL,
  payload     MEDIUMBLOB  NOT NULL,
  PRIMARY KEY (batch_id, row_no),
  KEY record_import_row_source (kind, sender, source_key),
  KEY record_import_row_waits (waits, next_ms, batch_id, row_no),
  KEY record_import_row_resident (waits, resident_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
