-- +goose Up
CREATE TABLE verification_step (
  verification_id TEXT NOT NULL,
  number          INTEGER NOT NULL,
  action          INTEGER NOT NULL,
  by_whom         TEXT NOT NULL,
  step_ms         INTEGER NOT NULL,
  result          INTEGER NOT NULL,
  deadline        INTEGER NOT NULL,
  body            BLOB NOT NULL,
  PRIMARY KEY (verification_id, number)
) STRICT, WITHOUT ROWID;
