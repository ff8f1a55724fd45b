-- +goose Up
-- Frozen reports. content: the numbers and what they rest on; summary: the same without what is long; digest: SHA-256 over content, lists and persons. basis_id: the report that a state of today was kept for to compare with; '' for a report.
CREATE TABLE desk_report (
  report_id   TEXT    NOT NULL,
  basis_id    TEXT    NOT NULL,
  division    TEXT    NOT NULL,
  state       INTEGER NOT NULL,
  request     BLOB    NOT NULL,
  summary     BLOB    NOT NULL,
  content     BLOB    NOT NULL,
  digest      TEXT    NOT NULL,
  failure     TEXT    NOT NULL,
  failure_text TEXT   NOT NULL,
  created_ms  INTEGER NOT NULL,
  PRIMARY KEY (report_id)
) STRICT, WITHOUT ROWID;
