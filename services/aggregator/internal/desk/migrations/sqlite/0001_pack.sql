-- +goose Up
-- Policy packs as they were loaded, every version of them. in_use: the version that counts; at most one of a pack. used_ms, ended_ms: when it last came into use and went out of it; 0 never.
CREATE TABLE desk_pack (
  pack_id   TEXT    NOT NULL,
  version   INTEGER NOT NULL,
  in_use    INTEGER NOT NULL,
  loaded_ms INTEGER NOT NULL,
  loaded_by TEXT    NOT NULL,
  used_ms   INTEGER NOT NULL,
  ended_ms  INTEGER NOT NULL,
  source    BLOB    NOT NULL,
  PRIMARY KEY (pack_id, version)
) STRICT, WITHOUT ROWID;
