-- +goose Up
-- the unit of rows that name none
CREATE TABLE record_import_batch (
  batch_id CHAR(26) NOT NULL PRIMARY KEY,
  unit_id  CHAR(26) NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
