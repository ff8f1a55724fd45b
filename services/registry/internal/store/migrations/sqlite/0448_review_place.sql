-- +goose Up
-- where open items are listed: one row for each division that is responsible
CREATE TABLE review_place (
  division     TEXT    NOT NULL,
  priority     INTEGER NOT NULL,
  opened_ms    INTEGER NOT NULL,
  item_id      TEXT    NOT NULL,
  kind         TEXT    NOT NULL,
  hidden_until INTEGER NOT NULL,
  twin         TEXT    NOT NULL,
  PRIMARY KEY (division, priority, opened_ms, item_id)
) STRICT, WITHOUT ROWID;
