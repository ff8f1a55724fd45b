-- +goose Up
CREATE TABLE review_decision (
  item_id     TEXT    NOT NULL,
  decision_id TEXT    NOT NULL,
  verdict     INTEGER NOT NULL,
  sealed      BLOB    NOT NULL,
  until_date  INTEGER NOT NULL,
  event_id    TEXT    NOT NULL,
  decided_ms  INTEGER NOT NULL,
  PRIMARY KEY (item_id, decision_id)
) STRICT, WITHOUT ROWID;
