-- +goose Up
-- One row: how often figures were changed, so that a reader knows whether what it holds is still so.
CREATE TABLE desk_figure_revision (
  one      INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  PRIMARY KEY (one)
) STRICT, WITHOUT ROWID;
