-- +goose Up
-- What is kept under one identifier: the coded facts, tombstones included, in their canonical encoding, and what the person counts for over all days, by village.
-- Not by its key: rows that long would spill out of their pages.
CREATE TABLE resident_fact (
  generation  INTEGER NOT NULL,
  resident_id TEXT    NOT NULL,
  facts       BLOB    NOT NULL,
  members     BLOB    NOT NULL,
  PRIMARY KEY (generation, resident_id)
) STRICT;
