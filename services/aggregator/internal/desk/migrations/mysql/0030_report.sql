-- +goose Up
-- Frozen reports. content: the numbers and what they rest on; summary: the same without what is long; digest: SHA-256 over content, lists and persons. basis_id: the report that a state of today was kept for to compare with; '' for a report.
CREATE TABLE desk_report (
  report_id   CHAR(26)     NOT NULL,
  basis_id    VARCHAR(26)  NOT NULL,
  division    CHAR(12)     NOT NULL,
  state       TINYINT      NOT NULL,
  request     MEDIUMBLOB   NOT NULL,
  summary     MEDIUMBLOB   NOT NULL,
  content     LONGBLOB     NOT NULL,
  digest      VARCHAR(64)  NOT NULL,
  failure     VARCHAR(64)  NOT NULL,
  failure_text VARCHAR(500) NOT NULL,
  created_ms  BIGINT       NOT NULL,
  PRIMARY KEY (report_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
