-- +goose Up
-- When a source that figures are fetched from last gave all of them. Milliseconds since 1970.
CREATE TABLE desk_fetched (
  source     TEXT NOT NULL,
  contact_ms INTEGER NOT NULL,
  PRIMARY KEY (source)
) STRICT, WITHOUT ROWID;
