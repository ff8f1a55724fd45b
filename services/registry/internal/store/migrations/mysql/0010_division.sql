-- +goose Up
CREATE TABLE division (
  code        CHAR(12)     NOT NULL,
  valid_from  INT          NOT NULL,
  name        VARCHAR(100) NOT NULL,
  level       INT          NOT NULL,
  parent      VARCHAR(12)  NOT NULL,
  valid_until INT          NOT NULL,
  successors  TEXT         NOT NULL,
  version     BIGINT       NOT NULL,
  PRIMARY KEY (code, valid_from),
  KEY division_parent (parent, code)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
