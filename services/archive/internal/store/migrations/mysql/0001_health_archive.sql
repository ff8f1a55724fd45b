-- +goose Up
CREATE TABLE health_archive (
  id               CHAR(26) NOT NULL PRIMARY KEY,
  resident_id      CHAR(26) NOT NULL,
  on_date          INT NOT NULL,
  version          BIGINT NOT NULL,
  created_ms       BIGINT NOT NULL,
  updated_ms       BIGINT NOT NULL,
  deleted          TINYINT(1) NOT NULL,
  number           VARCHAR(17) NOT NULL,
  closed_date      INT NOT NULL,
  touched_date     INT NOT NULL,
  electronic       TINYINT(1) NOT NULL,
  population_group INT NOT NULL,
  form             TEXT NOT NULL,
  contact          VARBINARY(4096),
  verified         TINYINT(1) NOT NULL,
  unit_id          VARCHAR(26) NOT NULL,
  standard_on      TEXT NOT NULL,
  open_slot        VARCHAR(26) NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
