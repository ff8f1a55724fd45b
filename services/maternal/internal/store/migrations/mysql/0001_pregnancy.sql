-- +goose Up
CREATE TABLE pregnancy (
  id          CHAR(26) NOT NULL PRIMARY KEY,
  resident_id CHAR(26) NOT NULL,
  on_date     INT NOT NULL,
  version     BIGINT NOT NULL,
  created_ms  BIGINT NOT NULL,
  updated_ms  BIGINT NOT NULL,
  deleted     TINYINT(1) NOT NULL,
  lmp_date    INT NOT NULL,
  due_date    INT NOT NULL,
  risk        INT NOT NULL,
  ended_date  INT NOT NULL,
  outcome     INT NOT NULL,
  unit_id     VARCHAR(26) NOT NULL
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
