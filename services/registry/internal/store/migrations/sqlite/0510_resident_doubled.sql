-- +goose Up
-- an open item of the review queue asks whether this is the same person as another one
ALTER TABLE resident ADD COLUMN doubled INTEGER NOT NULL DEFAULT 0;
