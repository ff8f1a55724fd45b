-- +goose Up
-- Workbooks by which forms are made.
CREATE TABLE desk_report_template (
  template_id VARCHAR(64)  NOT NULL,
  form        INT          NOT NULL,
  name        VARCHAR(400) NOT NULL,
  version     BIGINT       NOT NULL,
  updated_ms  BIGINT       NOT NULL,
  size_bytes  BIGINT       NOT NULL,
  workbook    MEDIUMBLOB   NOT NULL,
  PRIMARY KEY (template_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
