-- +goose Up
-- The lines behind the numbers of a report, some hundred to a part.
CREATE TABLE desk_report_list (
  report_id TEXT    NOT NULL,
  village   TEXT    NOT NULL,
  indicator INTEGER NOT NULL,
  part      INTEGER NOT NULL,
  line_count INTEGER NOT NULL,
  body      BLOB    NOT NULL,
  PRIMARY KEY (report_id, village, indicator, part)
) STRICT, WITHOUT ROWID;
