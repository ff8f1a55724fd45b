-- +goose Up
-- Sorted runs of members and lines on their way into member and uncovered, while a generation is made: gone when it is complete.
CREATE TABLE filling_part (
  generation BIGINT     NOT NULL,
  run        BIGINT     NOT NULL,
  seq        BIGINT     NOT NULL,
  records    MEDIUMBLOB NOT NULL,
  PRIMARY KEY (generation, run, seq)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
