-- +goose Up
-- One row at most: which copy of the ledger by months may be read, and the state of everything else that it belongs to.
CREATE TABLE ledger_built (
  id         INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  copy       INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  revision   INTEGER NOT NULL,
  derivation TEXT    NOT NULL,
  state      BLOB    NOT NULL
) STRICT;
