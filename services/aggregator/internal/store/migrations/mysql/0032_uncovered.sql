-- +goose Up
-- The lines of all uncovered lists, in their order: on which days who (or which event) counts and is not covered. Derived from the same pieces as member.
CREATE TABLE uncovered (
  generation  BIGINT         NOT NULL,
  indicator   INT            NOT NULL,
  village     VARCHAR(64)    NOT NULL,
  sort_key    VARBINARY(128) NOT NULL,
  resident_id VARCHAR(64)    NOT NULL,
  event_id    VARCHAR(64)    NOT NULL,
  from_day    INT            NOT NULL,
  until_day   INT            NOT NULL,
  on_day      INT            NOT NULL,
  weight      INT            NOT NULL,
  PRIMARY KEY (generation, indicator, village, sort_key, resident_id, event_id, from_day)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
