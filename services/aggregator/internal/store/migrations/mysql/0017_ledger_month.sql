-- +goose Up
-- All numbers of a division in one month (12 times the year, and the month from 0): totals it begins with and what its days change.
CREATE TABLE ledger_month (
  copy     BIGINT      NOT NULL,
  division VARCHAR(64) NOT NULL,
  month    INT         NOT NULL,
  cells    MEDIUMBLOB  NOT NULL,
  PRIMARY KEY (copy, division, month)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
