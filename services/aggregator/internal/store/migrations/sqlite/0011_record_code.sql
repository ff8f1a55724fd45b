-- +goose Up
-- Codes of records that have arrived, also of those taken back since.
CREATE TABLE record_code (
  generation INTEGER NOT NULL,
  code       TEXT    NOT NULL,
  PRIMARY KEY (generation, code)
) STRICT, WITHOUT ROWID;
