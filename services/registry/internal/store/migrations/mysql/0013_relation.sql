-- +goose Up
CREATE TABLE relation (
  id          CHAR(26)   NOT NULL PRIMARY KEY,
  resident_id CHAR(26)   NOT NULL,
  on_date     INT        NOT NULL,
  version     BIGINT     NOT NULL,
  created_ms  BIGINT     NOT NULL,
  updated_ms  BIGINT     NOT NULL,
  deleted     TINYINT(1) NOT NULL,
  kind        INT        NOT NULL,
  other_id    CHAR(26)   NOT NULL,
  until_date  INT        NOT NULL,
  KEY relation_resident (resident_id, on_date, id),
  KEY relation_date (on_date, id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
