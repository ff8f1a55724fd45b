-- +goose Up
CREATE TABLE review_item (
  item_id      CHAR(26)      NOT NULL PRIMARY KEY,
  kind         VARCHAR(64)   NOT NULL,
  resident_id  CHAR(26)      NOT NULL,
  other_id     VARCHAR(26)   NOT NULL,
  state        INT           NOT NULL,
  priority     INT           NOT NULL,
  division     VARCHAR(12)   NOT NULL,
  other_place  VARCHAR(12)   NOT NULL,
  hidden_until INT           NOT NULL,
  content      VARBINARY(16) NOT NULL,
  settled      VARBINARY(16) NOT NULL,
  merge_event  VARCHAR(64)   NOT NULL,
  score        DOUBLE        NOT NULL,
  evidence     TEXT          NOT NULL,
  opened_ms    BIGINT        NOT NULL,
  version      BIGINT        NOT NULL,
  UNIQUE KEY review_item_cause (resident_id, kind, other_id),
  KEY review_item_other (other_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
