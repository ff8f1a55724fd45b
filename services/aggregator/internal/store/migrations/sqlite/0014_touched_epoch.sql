-- +goose Up
-- Names this database: who was told of changes by another one must begin anew.
CREATE TABLE touched_epoch (
  id    INTEGER NOT NULL,
  epoch TEXT    NOT NULL,
  PRIMARY KEY (id)
) STRICT, WITHOUT ROWID;
