-- +goose Up
CREATE TABLE education_attendance (
  id          TEXT NOT NULL PRIMARY KEY,
  resident_id TEXT NOT NULL,
  on_date     INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL,
  deleted     INTEGER NOT NULL,
  form        INTEGER NOT NULL,
  topic       TEXT NOT NULL,
  unit_id     TEXT NOT NULL
) STRICT;
