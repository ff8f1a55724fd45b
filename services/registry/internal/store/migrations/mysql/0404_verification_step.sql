-- +goose Up
CREATE TABLE verification_step (
  verification_id CHAR(26) NOT NULL,
  number          INT NOT NULL,
  action          TINYINT NOT NULL,
  by_whom         VARCHAR(128) NOT NULL,
  step_ms         BIGINT NOT NULL,
  result          TINYINT NOT NULL,
  deadline        INT NOT NULL,
  body            MEDIUMBLOB NOT NULL,
  PRIMARY KEY (verification_id, number)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
