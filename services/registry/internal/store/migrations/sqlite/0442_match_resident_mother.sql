-- +goose Up
CREATE INDEX match_resident_mother ON match_resident (mother_id) WHERE mother_id <> '';
