-- +goose Up
-- Identifiers of residents that the registry has merged into another one; into_id is empty when they stand apart again.
CREATE TABLE resident_link (
  linked_id TEXT    NOT NULL PRIMARY KEY,
  into_id   TEXT    NOT NULL,
  version   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
