-- +goose Up
CREATE INDEX stay_division ON stay (division, sort_key, resident_id, stay_id);
