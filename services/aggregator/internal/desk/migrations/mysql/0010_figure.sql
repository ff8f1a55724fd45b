-- +goose Up
-- Numbers from outside, every version of them; the latest version counts. period_ymd: 20200000 for the calendar year 2020, 20200630 for a day.
CREATE TABLE desk_figure (
  figure_id    VARCHAR(64) NOT NULL,
  division     VARCHAR(12) NOT NULL,
  period_ymd   INT NOT NULL,
  version      INT NOT NULL,
  latest       TINYINT NOT NULL,
  deleted      TINYINT NOT NULL,
  value        VARCHAR(32) NOT NULL,
  source       VARCHAR(500) NOT NULL,
  document     VARCHAR(200) NOT NULL,
  document_ymd INT NOT NULL,
  recorded_ms  BIGINT NOT NULL,
  recorded_by  VARCHAR(128) NOT NULL,
  PRIMARY KEY (figure_id, division, period_ymd, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
