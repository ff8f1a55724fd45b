-- +goose Up
-- What an operation makes of a pack: which version comes into use; 0: none of those loaded.
CREATE TABLE desk_pack_change (
  operation_id TEXT    NOT NULL PRIMARY KEY,
  pack_id      TEXT    NOT NULL,
  version      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
