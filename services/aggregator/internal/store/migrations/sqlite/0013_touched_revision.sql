-- +goose Up
CREATE INDEX touched_revision ON touched (generation, revision, resident_id);
