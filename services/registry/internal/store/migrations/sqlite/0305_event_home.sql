-- +goose Up
-- the resident whose the event was before a correction gave it to another
ALTER TABLE event ADD COLUMN home_id TEXT;
