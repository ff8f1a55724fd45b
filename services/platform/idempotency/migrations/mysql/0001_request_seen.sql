-- +goose Up
CREATE TABLE request_seen (
  method     VARCHAR(120)  NOT NULL,
  request_id VARCHAR(64)   NOT NULL,
  digest     VARBINARY(64) NOT NULL,
  result     MEDIUMBLOB    NOT NULL,
  created_ms BIGINT        NOT NULL,
  PRIMARY KEY (method, request_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
