-- +goose Up
CREATE INDEX merge_side_resident ON merge_side (resident_id);
