-- +goose Up
-- One row: how often figures were changed, so that a reader knows whether what it holds is still so.
CREATE TABLE desk_figure_revision (
  one      TINYINT NOT NULL,
  revision BIGINT NOT NULL,
  PRIMARY KEY (one)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
