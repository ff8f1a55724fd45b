-- +goose Up
-- Numbers from outside, every version of them; the latest version counts. period_ymd: 20200000 for the calendar year 2020, 20200630 for a day.
CREATE TABLE desk_figure (
  figure_id    TEXT NOT NULL,
  division     TEXT NOT NULL,
  period_ymd   INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  latest       INTEGER NOT NULL,
  deleted      INTEGER NOT NULL,
  value        TEXT NOT NULL,
  source       TEXT NOT NULL,
  document     TEXT NOT NULL,
  document_ymd INTEGER NOT NULL,
  recorded_ms  INTEGER NOT NULL,
  recorded_by  TEXT NOT NULL,
  PRIMARY KEY (figure_id, division, period_ymd, version)
) STRICT, WITHOUT ROWID;
