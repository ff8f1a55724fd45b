-- +goose Up
CREATE TABLE feed_sender (
  sender       VARCHAR(32)   NOT NULL,
  public_key   VARBINARY(64) NOT NULL,
  paused       TINYINT       NOT NULL,
  paused_by    VARCHAR(300)  NOT NULL,
  expected_ms  BIGINT        NOT NULL,
  first_ms     BIGINT        NOT NULL,
  last_ms      BIGINT        NOT NULL,
  last_batch   VARCHAR(26)   NOT NULL,
  last_receipt VARCHAR(64)   NOT NULL,
  snapshot     VARCHAR(26)   NOT NULL,
  snapshot_old VARCHAR(26)   NOT NULL,
  row_total    BIGINT        NOT NULL,
  version      BIGINT        NOT NULL,
  PRIMARY KEY (sender)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
