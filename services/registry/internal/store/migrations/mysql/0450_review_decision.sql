-- +goose Up
CREATE TABLE review_decision (
  item_id     CHAR(26)    NOT NULL,
  decision_id CHAR(26)    NOT NULL,
  verdict     INT         NOT NULL,
  sealed      BLOB        NOT NULL,
  until_date  INT         NOT NULL,
  event_id    VARCHAR(64) NOT NULL,
  decided_ms  BIGINT      NOT NULL,
  PRIMARY KEY (item_id, decision_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
