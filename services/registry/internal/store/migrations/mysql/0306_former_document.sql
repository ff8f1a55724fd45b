-- +goose Up
-- documents of residents of whom nothing is left after a withdrawal
CREATE TABLE former_document (
  document_index BINARY(16) NOT NULL PRIMARY KEY,
  resident_id    CHAR(26)   NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
