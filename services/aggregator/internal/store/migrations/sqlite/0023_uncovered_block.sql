-- +goose Up
-- Lines of uncovered lists in their order, many in a row: those behind the place of the block before, up to its own. Where uncovered has a line too, that one holds; one of weight 0 says that the line is gone.
CREATE TABLE uncovered_block (
  generation INTEGER NOT NULL,
  indicator  INTEGER NOT NULL,
  place      BLOB    NOT NULL,
  records    BLOB    NOT NULL,
  PRIMARY KEY (generation, indicator, place)
) STRICT, WITHOUT ROWID;
