-- +goose Up
-- Lines of uncovered lists in their order, many in a row: those behind the place of the block before, up to its own. Where uncovered has a line too, that one holds; one of weight 0 says that the line is gone.
CREATE TABLE uncovered_block (
  generation BIGINT         NOT NULL,
  indicator  INT            NOT NULL,
  place      VARBINARY(512) NOT NULL,
  records    MEDIUMBLOB     NOT NULL,
  PRIMARY KEY (generation, indicator, place)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
