-- +goose Up
-- when an event became another resident's; it was from_id's until then
CREATE TABLE event_owner (
  sender   TEXT    NOT NULL,
  event_id TEXT    NOT NULL,
  at_ms    INTEGER NOT NULL,
  from_id  TEXT    NOT NULL,
  to_id    TEXT    NOT NULL,
  PRIMARY KEY (sender, event_id, at_ms)
) STRICT, WITHOUT ROWID;
