-- +goose Up
-- when an event became another resident's; it was from_id's until then
CREATE TABLE event_owner (
  sender   VARCHAR(32) NOT NULL,
  event_id VARCHAR(64) NOT NULL,
  at_ms    BIGINT      NOT NULL,
  from_id  CHAR(26)    NOT NULL,
  to_id    CHAR(26)    NOT NULL,
  PRIMARY KEY (sender, event_id, at_ms)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
