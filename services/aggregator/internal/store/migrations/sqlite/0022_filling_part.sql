-- +goose Up
-- Sorted runs of members and lines on their way into member and uncovered, while a generation is made: gone when it is complete.
CREATE TABLE filling_part (
  generation INTEGER NOT NULL,
  run        INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  records    BLOB    NOT NULL,
  PRIMARY KEY (generation, run, seq)
) STRICT;
