-- +goose Up
-- The lines of all uncovered lists, in their order: on which days who (or which event) counts and is not covered. A place is village, sort key, resident and event. Derived from the same pieces as member.
CREATE TABLE uncovered (
  generation BIGINT         NOT NULL,
  indicator  INT            NOT NULL,
  place      VARBINARY(512) NOT NULL,
  from_day   INT            NOT NULL,
  until_day  INT            NOT NULL,
  on_day     INT            NOT NULL,
  weight     INT            NOT NULL,
  PRIMARY KEY (generation, indicator, place, from_day)
) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
