-- +goose Up
-- In which versions the facts of the residents of a report counted, some hundred residents to a row, by the first of them.
CREATE TABLE desk_report_person (
  report_id CHAR(26)    NOT NULL,
  first_id  VARCHAR(64) NOT NULL,
  body      MEDIUMBLOB  NOT NULL,
  PRIMARY KEY (report_id, first_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
