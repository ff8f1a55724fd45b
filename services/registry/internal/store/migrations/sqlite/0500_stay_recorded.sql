-- +goose Up
-- the day on which the first event behind it was recorded; 0 in rows from before that was kept
ALTER TABLE stay ADD COLUMN recorded INTEGER NOT NULL DEFAULT 0;
