-- +goose Up
-- full lists of senders: keyed hashes of who stands there and of what it says
CREATE TABLE feed_list (
  batch_id CHAR(26)   NOT NULL,
  row_key  BINARY(16) NOT NULL,
  row_hash BINARY(16) NOT NULL,
  row_no   INT        NOT NULL,
  diff     TINYINT    NOT NULL,
  memo     BLOB,
  PRIMARY KEY (batch_id, row_key)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
