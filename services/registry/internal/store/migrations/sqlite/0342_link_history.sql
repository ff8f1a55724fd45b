-- +goose Up
-- who stood for a resident from an instant on; into_id is empty for one who stands alone again
CREATE TABLE link_history (
  resident_id TEXT    NOT NULL,
  at_ms       INTEGER NOT NULL,
  into_id     TEXT    NOT NULL,
  PRIMARY KEY (resident_id, at_ms)
) STRICT, WITHOUT ROWID;
