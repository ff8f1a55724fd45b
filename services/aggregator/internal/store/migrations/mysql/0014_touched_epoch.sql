-- +goose Up
-- Names this database: who was told of changes by another one must begin anew.
CREATE TABLE touched_epoch (
  id    INT         NOT NULL,
  epoch VARCHAR(64) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
