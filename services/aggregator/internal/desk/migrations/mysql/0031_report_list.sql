-- +goose Up
-- The lines behind the numbers of a report, some hundred to a part.
CREATE TABLE desk_report_list (
  report_id CHAR(26)   NOT NULL,
  village   VARCHAR(80) NOT NULL,
  indicator INT        NOT NULL,
  part      INT        NOT NULL,
  line_count INT       NOT NULL,
  body      MEDIUMBLOB NOT NULL,
  PRIMARY KEY (report_id, village, indicator, part)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
