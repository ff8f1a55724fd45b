-- +goose Up
-- Workbooks by which forms are made.
CREATE TABLE desk_report_template (
  template_id TEXT    NOT NULL,
  form        INTEGER NOT NULL,
  name        TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL,
  size_bytes  INTEGER NOT NULL,
  workbook    BLOB    NOT NULL,
  PRIMARY KEY (template_id)
) STRICT, WITHOUT ROWID;
