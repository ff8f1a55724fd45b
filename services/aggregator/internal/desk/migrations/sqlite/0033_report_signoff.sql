-- +goose Up
-- Signatures beside a report; one of each role.
CREATE TABLE desk_report_signoff (
  report_id  TEXT    NOT NULL,
  role       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  signed_ymd INTEGER NOT NULL,
  remark     TEXT    NOT NULL,
  digest     TEXT    NOT NULL,
  created_by TEXT    NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (report_id, role)
) STRICT, WITHOUT ROWID;
