-- +goose Up
-- What page tokens of lists of people are sealed with: one random secret per database, made by the process that follows the sources.
CREATE TABLE token_key (
  id     INTEGER NOT NULL,
  secret BLOB    NOT NULL,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
