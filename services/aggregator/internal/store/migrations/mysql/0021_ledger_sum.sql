-- +goose Up
-- What a start takes over instead of counting everybody: a village's numbers over all days ("v" and its code), and what is not of a village ("all").
-- A row that is there is exact.
CREATE TABLE ledger_sum (
  generation BIGINT      NOT NULL,
  part       VARCHAR(80) NOT NULL,
  body       LONGBLOB    NOT NULL,
  PRIMARY KEY (generation, part)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
