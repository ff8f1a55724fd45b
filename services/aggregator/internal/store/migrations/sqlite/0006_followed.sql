-- +goose Up
-- How far each source has been followed. listing: its current facts are still being paged through, page_token says where.
CREATE TABLE followed (
  generation INTEGER NOT NULL,
  source     TEXT    NOT NULL,
  epoch      TEXT    NOT NULL,
  position   INTEGER NOT NULL,
  listing    INTEGER NOT NULL,
  page_token TEXT    NOT NULL,
  PRIMARY KEY (generation, source)
) STRICT, WITHOUT ROWID;
