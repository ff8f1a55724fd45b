-- +goose Up
CREATE TABLE match_resident (
  resident_id CHAR(26)      NOT NULL PRIMARY KEY,
  version     BIGINT        NOT NULL,
  mother_id   VARCHAR(26)   NOT NULL,
  digest      VARBINARY(16) NOT NULL,
  features    BLOB,
  KEY match_resident_mother (mother_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
