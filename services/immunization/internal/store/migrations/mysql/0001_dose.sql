-- +goose Up
CREATE TABLE dose (
  id              CHAR(26) NOT NULL PRIMARY KEY,
  resident_id     CHAR(26) NOT NULL,
  on_date         INT NOT NULL,
  version         BIGINT NOT NULL,
  created_ms      BIGINT NOT NULL,
  updated_ms      BIGINT NOT NULL,
  deleted         TINYINT(1) NOT NULL,
  product         VARCHAR(32) NOT NULL,
  lot_number      VARCHAR(30) NOT NULL,
  site            VARCHAR(2) NOT NULL,
  given_elsewhere TINYINT(1) NOT NULL,
  unit_id         VARCHAR(26) NOT NULL,
  live_slot       VARCHAR(26) NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
