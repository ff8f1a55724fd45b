-- +goose Up
-- documents of residents of whom nothing is left after a withdrawal
CREATE TABLE former_document (
  document_index BLOB NOT NULL PRIMARY KEY,
  resident_id    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
