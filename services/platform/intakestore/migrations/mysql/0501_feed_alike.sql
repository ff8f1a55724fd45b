-- +goose Up
-- entries of full lists by likeness: side 1 is new, 2 is missed, 3 was alike in the list before and its row is refused
CREATE TABLE feed_alike (
  batch_id CHAR(26)      NOT NULL,
  likeness VARBINARY(16) NOT NULL,
  side     TINYINT       NOT NULL,
  row_key  BINARY(16)    NOT NULL,
  PRIMARY KEY (batch_id, likeness, side, row_key)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
