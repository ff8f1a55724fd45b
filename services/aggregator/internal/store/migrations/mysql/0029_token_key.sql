-- +goose Up
-- What page tokens of lists of people are sealed with: one random secret per database, made by the process that follows the sources.
CREATE TABLE token_key (
  id     INT           NOT NULL,
  secret VARBINARY(32) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
