-- +goose Up
-- the unit of rows that name none
CREATE TABLE record_import_batch (
  batch_id TEXT NOT NULL PRIMARY KEY,
  unit_id  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
