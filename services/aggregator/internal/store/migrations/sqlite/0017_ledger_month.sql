-- +goose Up
-- All numbers of a division in one month (12 times the year, and the month from 0): totals it begins with and what its days change.
CREATE TABLE ledger_month (
  copy     INTEGER NOT NULL,
  division TEXT    NOT NULL,
  month    INTEGER NOT NULL,
  cells    BLOB    NOT NULL,
  PRIMARY KEY (copy, division, month)
) STRICT, WITHOUT ROWID;
