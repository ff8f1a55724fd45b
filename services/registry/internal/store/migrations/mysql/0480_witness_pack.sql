-- +goose Up
-- what event_witness says of calls, for batches: many events in one row
CREATE TABLE witness_pack (
  sender   VARCHAR(32) NOT NULL,
  batch_id CHAR(26)    NOT NULL,
  pack_id  CHAR(26)    NOT NULL,
  pack     MEDIUMBLOB  NOT NULL,
  PRIMARY KEY (sender, batch_id, pack_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
