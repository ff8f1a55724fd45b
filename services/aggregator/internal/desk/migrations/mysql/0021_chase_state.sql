-- +goose Up
-- Every state that a row of desk_chase has had, the present one too.
CREATE TABLE desk_chase_state (
  indicator_id  VARCHAR(64)  NOT NULL,
  resident_id   VARCHAR(64)  NOT NULL,
  event_id      VARCHAR(160) NOT NULL,
  version       BIGINT NOT NULL,
  assigned_to   VARCHAR(64)  NOT NULL,
  assigned_unit VARCHAR(64)  NOT NULL,
  due           INT     NOT NULL,
  assigned_by   VARCHAR(64)  NOT NULL,
  assigned_ms   BIGINT NOT NULL,
  outcome       TINYINT NOT NULL,
  outcome_on    INT     NOT NULL,
  outcome_by    VARCHAR(64)  NOT NULL,
  remark        VARCHAR(200) NOT NULL,
  changed_ms    BIGINT NOT NULL,
  PRIMARY KEY (indicator_id, resident_id, event_id, version)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
