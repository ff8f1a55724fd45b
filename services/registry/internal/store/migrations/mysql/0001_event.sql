-- +goose Up
CREATE TABLE event (
  sender      VARCHAR(32)  NOT NULL,
  event_id    VARCHAR(64)  NOT NULL,
  resident_id CHAR(26)     NOT NULL,
  replaces    VARCHAR(64),
  digest      BINARY(16)   NOT NULL,
  coded       BLOB         NOT NULL,
  sealed      BLOB,
  batch_id    CHAR(26)     NOT NULL,
  batch_row   INT          NOT NULL,
  record_ms   BIGINT       NOT NULL,
  PRIMARY KEY (sender, event_id),
  KEY event_resident (resident_id, record_ms),
  KEY event_replaces (sender, replaces)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
