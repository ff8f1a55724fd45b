-- +goose Up
CREATE TABLE permit (
  resident_id CHAR(26)    NOT NULL,
  permit_id   CHAR(26)    NOT NULL,
  division    VARCHAR(12) NOT NULL,
  issued      INT         NOT NULL,
  valid_until INT         NOT NULL,
  lapsed      INT         NOT NULL,
  cancelled   INT         NOT NULL,
  version     BIGINT      NOT NULL,
  body        BLOB        NOT NULL,
  PRIMARY KEY (resident_id, permit_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
