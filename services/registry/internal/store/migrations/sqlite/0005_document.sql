-- +goose Up
CREATE TABLE document (
  document_index BLOB NOT NULL PRIMARY KEY,
  resident_id    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
