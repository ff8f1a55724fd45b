-- +goose Up
CREATE TABLE postnatal_visit (
  id           CHAR(26) NOT NULL PRIMARY KEY,
  resident_id  CHAR(26) NOT NULL,
  on_date      INT NOT NULL,
  version      BIGINT NOT NULL,
  created_ms   BIGINT NOT NULL,
  updated_ms   BIGINT NOT NULL,
  deleted      TINYINT(1) NOT NULL,
  pregnancy_id CHAR(26) NOT NULL,
  kind         INT NOT NULL,
  unit_id      VARCHAR(26) NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
