-- +goose Up
CREATE TABLE delivery (
  id           TEXT NOT NULL PRIMARY KEY,
  resident_id  TEXT NOT NULL,
  on_date      INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  created_ms   INTEGER NOT NULL,
  updated_ms   INTEGER NOT NULL,
  deleted      INTEGER NOT NULL,
  pregnancy_id TEXT NOT NULL,
  live_births  INTEGER NOT NULL,
  stillbirths  INTEGER NOT NULL,
  in_hospital  INTEGER NOT NULL,
  child_ids    TEXT NOT NULL,
  unit_id      TEXT NOT NULL,
  live_slot    TEXT NOT NULL
) STRICT;
