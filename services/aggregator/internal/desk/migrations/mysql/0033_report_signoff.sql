-- +goose Up
-- Signatures beside a report; one of each role.
CREATE TABLE desk_report_signoff (
  report_id  CHAR(26)     NOT NULL,
  role       VARCHAR(64)  NOT NULL,
  name       VARCHAR(128) NOT NULL,
  signed_ymd INT          NOT NULL,
  remark     TEXT         NOT NULL,
  digest     VARCHAR(64)  NOT NULL,
  created_by VARCHAR(128) NOT NULL,
  created_ms BIGINT       NOT NULL,
  PRIMARY KEY (report_id, role)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
