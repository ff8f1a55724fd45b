-- +goose Up
-- Where a resident lived or counted, as known until the revision, and not afterwards: whoever is told of a place hears of those alone who left it.
CREATE TABLE place_left (
  generation  BIGINT      NOT NULL,
  resident_id VARCHAR(64) NOT NULL,
  place       VARCHAR(80) NOT NULL,
  revision    BIGINT      NOT NULL,
  PRIMARY KEY (generation, resident_id, place)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
