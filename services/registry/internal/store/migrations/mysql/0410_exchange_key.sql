-- +goose Up
CREATE TABLE exchange_key (
  id   TINYINT NOT NULL,
  seed BLOB NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
