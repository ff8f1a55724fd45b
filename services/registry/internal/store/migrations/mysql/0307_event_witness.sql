-- +goose Up
-- batches that repeated an event of another batch
CREATE TABLE event_witness (
  sender    VARCHAR(32) NOT NULL,
  event_id  VARCHAR(64) NOT NULL,
  batch_id  CHAR(26)    NOT NULL,
  batch_row INT         NOT NULL,
  PRIMARY KEY (sender, event_id, batch_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
