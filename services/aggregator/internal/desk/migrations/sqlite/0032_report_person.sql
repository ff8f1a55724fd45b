-- +goose Up
-- In which versions the facts of the residents of a report counted, some hundred residents to a row, by the first of them.
CREATE TABLE desk_report_person (
  report_id TEXT NOT NULL,
  first_id  TEXT NOT NULL,
  body      BLOB NOT NULL,
  PRIMARY KEY (report_id, first_id)
) STRICT, WITHOUT ROWID;
