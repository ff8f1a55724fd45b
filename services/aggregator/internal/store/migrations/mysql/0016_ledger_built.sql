-- +goose Up
-- One row at most: which copy of the ledger by months may be read, and the state of everything else that it belongs to.
CREATE TABLE ledger_built (
  id         TINYINT      NOT NULL PRIMARY KEY,
  copy       BIGINT       NOT NULL,
  generation BIGINT       NOT NULL,
  revision   BIGINT       NOT NULL,
  derivation VARCHAR(128) NOT NULL,
  state      MEDIUMBLOB   NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
