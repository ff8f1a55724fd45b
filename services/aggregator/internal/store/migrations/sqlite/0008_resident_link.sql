-- +goose Up
-- Identifiers that stand for no person of their own, beside the facts that say so: whose facts count for into_id.
CREATE TABLE resident_link (
  generation INTEGER NOT NULL,
  linked_id  TEXT    NOT NULL,
  into_id    TEXT    NOT NULL,
  PRIMARY KEY (generation, linked_id)
) STRICT, WITHOUT ROWID;
