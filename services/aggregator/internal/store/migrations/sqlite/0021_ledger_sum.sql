-- +goose Up
-- What a start takes over instead of counting everybody: a village's numbers over all days ("v" and its code), and what is not of a village ("all").
-- A row that is there is exact. Not by its key: rows that long would spill out of their pages.
CREATE TABLE ledger_sum (
  generation INTEGER NOT NULL,
  part       TEXT    NOT NULL,
  body       BLOB    NOT NULL,
  PRIMARY KEY (generation, part)
) STRICT;
