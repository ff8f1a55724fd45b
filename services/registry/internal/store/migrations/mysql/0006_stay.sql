-- +goose Up
CREATE TABLE stay (
  resident_id CHAR(26)    NOT NULL,
  stay_id     CHAR(26)    NOT NULL,
  division    CHAR(12)    NOT NULL,
  sort_key    VARCHAR(64) NOT NULL,
  arrived     INT         NOT NULL,
  registered  INT         NOT NULL,
  first_seen  INT         NOT NULL,
  left_on     INT         NOT NULL,
  reason      INT         NOT NULL,
  version     BIGINT      NOT NULL,
  body        BLOB        NOT NULL,
  PRIMARY KEY (resident_id, stay_id),
  KEY stay_division (division, sort_key, resident_id, stay_id)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
