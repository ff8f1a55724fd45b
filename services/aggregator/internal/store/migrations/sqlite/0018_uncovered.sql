-- +goose Up
-- The lines of all uncovered lists, in their order: on which days who (or which event) counts and is not covered. A place is village, sort key, resident and event. Derived from the same pieces as member.
CREATE TABLE uncovered (
  generation INTEGER NOT NULL,
  indicator  INTEGER NOT NULL,
  place      BLOB    NOT NULL,
  from_day   INTEGER NOT NULL,
  until_day  INTEGER NOT NULL,
  on_day     INTEGER NOT NULL,
  weight     INTEGER NOT NULL,
  PRIMARY KEY (generation, indicator, place, from_day)
) STRICT, WITHOUT ROWID;
