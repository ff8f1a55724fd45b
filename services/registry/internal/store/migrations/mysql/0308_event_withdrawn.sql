-- +goose Up
-- events of withdrawn batches, which count no more; version is the highest that
-- a fact of theirs can have had
CREATE TABLE event_withdrawn (
  sender       VARCHAR(32) NOT NULL,
  event_id     VARCHAR(64) NOT NULL,
  batch_id     CHAR(26)    NOT NULL,
  resident_id  CHAR(26)    NOT NULL,
  digest       BINARY(16)  NOT NULL,
  coded        BLOB        NOT NULL,
  sealed       BLOB,
  batch_row    INT         NOT NULL,
  record_ms    BIGINT      NOT NULL,
  withdrawn_ms BIGINT      NOT NULL,
  version      BIGINT      NOT NULL,
  PRIMARY KEY (sender, event_id, batch_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
