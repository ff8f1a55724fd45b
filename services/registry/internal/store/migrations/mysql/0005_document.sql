-- +goose Up
CREATE TABLE document (
  document_index BINARY(16) NOT NULL PRIMARY KEY,
  resident_id    CHAR(26)   NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
