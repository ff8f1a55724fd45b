-- +goose Up
CREATE TABLE feed_row (
  batch_id    CHAR(26)     NOT NULL,
  row_no      INT          NOT NULL,
  outcome     TINYINT      NOT NULL,
  reason      VARCHAR(64)  NOT NULL,
  column_name VARCHAR(128) NOT NULL,
  event_id    VARCHAR(64)  NOT NULL,
  resident_id VARCHAR(26)  NOT NULL,
  raw         MEDIUMBLOB,
  PRIMARY KEY (batch_id, row_no),
  KEY feed_row_outcome (batch_id, outcome, row_no)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
