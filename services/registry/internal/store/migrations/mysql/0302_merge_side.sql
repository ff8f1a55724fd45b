-- +goose Up
-- the second person of each event that names one, by document or by resident
CREATE TABLE merge_side (
  sender         VARCHAR(32) NOT NULL,
  event_id       VARCHAR(64) NOT NULL,
  document_index BINARY(16),
  resident_id    CHAR(26),
  PRIMARY KEY (sender, event_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
