-- +goose Up
-- The lines of all uncovered lists, in their order: on which days who (or which event) counts and is not covered. Derived from the same pieces as member.
CREATE TABLE uncovered (
  generation  INTEGER NOT NULL,
  indicator   INTEGER NOT NULL,
  village     TEXT    NOT NULL,
  sort_key    BLOB    NOT NULL,
  resident_id TEXT    NOT NULL,
  event_id    TEXT    NOT NULL,
  from_day    INTEGER NOT NULL,
  until_day   INTEGER NOT NULL,
  on_day      INTEGER NOT NULL,
  weight      INTEGER NOT NULL,
  PRIMARY KEY (generation, indicator, village, sort_key, resident_id, event_id, from_day)
) STRICT, WITHOUT ROWID;
