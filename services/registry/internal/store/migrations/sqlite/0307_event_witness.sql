-- +goose Up
-- batches that repeated an event of another batch
CREATE TABLE event_witness (
  sender    TEXT    NOT NULL,
  event_id  TEXT    NOT NULL,
  batch_id  TEXT    NOT NULL,
  batch_row INTEGER NOT NULL,
  PRIMARY KEY (sender, event_id, batch_id)
) STRICT, WITHOUT ROWID;
